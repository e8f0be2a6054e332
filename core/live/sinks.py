"""Every outbox row becomes a sync event of its topics: names only, never content."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid5

from psycopg import Connection
from pymongo.database import Database

from core.live import topics
from core.live.broadcast import broadcaster
from core.live.queries import frame
from core.relay.rows import Row
from core.relay.sinks import Entry

COLLECTION = "sync_events"
KINDS = {"I": "create", "U": "update", "D": "delete"}


class SyncSink:
    """One event per topic of a row, numbered per topic; told to the browsers once committed."""

    def entries(self, row: Row) -> Iterable[Entry]:
        if row.kind == "fact":
            return
        for place, topic in enumerate(topics.of_row(row)):
            # One id per topic that a second delivery finds again: the row's own, or derived from it.
            key = row.event_id if place == 0 else uuid5(row.event_id, topic)
            yield Entry(row, COLLECTION, str(key), sync_event(row, topic), topic)

    def delivered(self, entries: Sequence[Entry]) -> None:
        told = (e for e in entries if e.collection == COLLECTION)
        broadcaster.tell(frame({**entry.body, "seq": entry.seq}) for entry in told)

    def tend(self, connection: Connection[Any], database: Database[Any]) -> None:
        return None


def sync_event(row: Row, topic: str) -> dict[str, object]:
    """The document of `sync_events`, without `_id` and `seq`."""
    event: dict[str, object] = {
        "topic": topic,
        "kind": KINDS.get(row.operation or "", "create"),
        "entity_type": row.entity_type,
        "entity_id": row.entity_id,
        "event_id": str(row.event_id),
        "created_at": row.created_at,
    }
    version = (row.changes or {}).get("version")
    if version is not None:
        event["version"] = version[1] if isinstance(version, list) else version
    return event
