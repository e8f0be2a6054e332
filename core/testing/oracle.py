"""Holds what was acknowledged against what the databases have, by plain SQL and plain MongoDB."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import psycopg
from bson import json_util
from pymongo import MongoClient

from core.testing.founding import manage
from core.testing.load import Journal
from core.testing.running import RunningClinic

NAMES = "SELECT id::text, family_name FROM patients"
OUTBOX = "SELECT event_id::text, id, kind, document FROM outbox ORDER BY id"
# Run in the clinic itself: its keys and its data keys are not those of whoever asks.
OPEN = (
    "import sys\n"
    "from bson import json_util\n"
    "from core.outbox import sealing\n"
    "documents = sealing.all_opened('clinical_data', json_util.loads(sys.stdin.read()))\n"
    "print(json_util.dumps(documents, json_options=json_util.RELAXED_JSON_OPTIONS))"
)


@dataclass(frozen=True)
class Verdict:
    """All but `acknowledged` should be 0.

    `missing`: acknowledged and not found where it belongs. `extra`: there twice, or there without
    a committed row. `disorder`: numbers with a gap, or out of the order of their commits.
    """

    acknowledged: int
    missing: int
    extra: int
    disorder: int


def opened(clinic: RunningClinic, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they were written. Raises CalledProcessError for one that the clinic cannot open."""
    printed = manage(clinic, "shell", "--no-imports", "-c", OPEN, given=json_util.dumps(documents))
    return list(json_util.loads(printed))


class Oracle:
    """One look at both databases, taken after the outbox has drained."""

    def __init__(self, clinic: RunningClinic) -> None:
        with psycopg.connect(clinic.env["DATABASE_SUPERUSER_URL"]) as postgres:
            self.names: dict[str, str] = dict(postgres.execute(NAMES).fetchall())
            self.outbox = postgres.execute(OUTBOX).fetchall()
        with MongoClient[dict[str, Any]](clinic.env["MONGODB_ROOT_URL"]) as client:
            database = client[clinic.env["MONGODB_NAME"]]
            self.documents = opened(clinic, list(database.clinical_data.find()))
            self.audit = list(database.audit_logs.find(sort=[("seq", 1)]))
            self.events = list(database.sync_events.find(sort=[("topic", 1), ("seq", 1)]))

    def judge(self, journal: Journal) -> Verdict:
        lines = journal.lines()
        return Verdict(len(lines), self.missing(lines), self.extra(), self.disorder())

    def missing(self, lines: list[dict[str, str]]) -> int:
        """Acknowledged writes that PostgreSQL, the record or the audit does not know."""
        known = self._known()
        lost = sum((line["kind"], line["patient"], line["word"]) not in known for line in lines)
        held = {entry["_id"] for entry in self.audit}
        return lost + sum(event_id not in held for event_id, *_ in self.outbox)

    def _known(self) -> set[tuple[str, str, str]]:
        """Every write that can be found, as the journal would call it."""
        known = {(self._kind(d), d["patient_id"], self._word(d)) for d in self.documents}
        for entry in self.audit:
            name = (entry.get("changes") or {}).get("family_name")
            if entry["entity_type"] == "patient" and name and entry["entity_id"] in self.names:
                kind = {"create": "register", "update": "edit"}[entry["action"]]
                known.add((kind, entry["entity_id"], name[1]))
        return known

    @staticmethod
    def _kind(document: dict[str, Any]) -> str:
        return "note" if document["data_type"] == "clinical_note" else "vitals"

    @staticmethod
    def _word(document: dict[str, Any]) -> str:
        data = document["data"]
        return str(data["text"]) if "text" in data else f"{data['results']['weight']:.1f}"

    def extra(self) -> int:
        """Copies, and documents nobody committed."""
        said = Counter((self._kind(d), d["patient_id"], self._word(d)) for d in self.documents)
        committed = {event_id for event_id, *_ in self.outbox}
        strange = [d for d in (*self.documents, *self.audit) if d["_id"] not in committed]
        events = Counter((event["topic"], event["event_id"]) for event in self.events)
        copies = sum(n - 1 for n in (*said.values(), *events.values()))
        return copies + len(strange)

    def disorder(self) -> int:
        """Gaps in the audit's numbers or a topic's, and a patient's events out of commit order."""
        gaps = [entry["seq"] != n for n, entry in enumerate(self.audit, start=1)]
        places = {event_id: place for event_id, place, *_ in self.outbox}
        topics: dict[str, list[dict[str, Any]]] = {}
        for event in self.events:
            topics.setdefault(event["topic"], []).append(event)
        for topic, events in topics.items():
            gaps += [event["seq"] != n for n, event in enumerate(events, start=1)]
            if topic.startswith("patient:"):
                order = [places.get(event["event_id"], 0) for event in events]
                gaps += [later < earlier for earlier, later in pairwise(order)]
        return sum(gaps)
