"""A page of the trail: what MongoDB holds, newest first, and what is still on its way there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet
from pymongo.errors import ExecutionTimeout

from audit.entries import audit_entry
from core.databases import mongo
from core.errors import ServiceUnavailable
from core.outbox import queries as outbox
from core.outbox.models import OutboxRow

PAGE = 50
MOST_WAITING = 100
MOST_COUNTED = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN = "changes.patients"
"""Whom a list showed (core.shell.reading)."""


@dataclass(frozen=True)
class Filters:
    """Which entries are asked for; nothing set asks for all. Several ids mean any of them."""

    patients: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    entity_type: str = ""
    entity_id: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def match(self) -> dict[str, Any]:
        """For MongoDB; every value is plain text or a moment."""
        match: dict[str, Any] = {}
        if self.patients:
            whose = _any_of(self.patients)
            match["$or"] = [{"patient_id": whose}, {SHOWN: whose}]
        if self.people:
            match["user_id"] = _any_of(self.people)
        for name in ("entity_type", "entity_id", "action"):
            if value := getattr(self, name):
                match[name] = value
        bounds = {"$gte": self.since, "$lt": self.until}
        if times := {operator: at for operator, at in bounds.items() if at is not None}:
            match["timestamp"] = times
        return match

    def holds(self, entry: dict[str, Any]) -> bool:
        """The same of an entry that is there already."""
        shown = entry["changes"].get("patients")
        whose = {entry.get("patient_id"), *(shown if isinstance(shown, list) else ())}
        named = all(
            entry.get(name) == value
            for name in ("entity_type", "entity_id", "action")
            if (value := getattr(self, name))
        )
        return (
            named
            and (not self.patients or not whose.isdisjoint(self.patients))
            and (not self.people or entry.get("user_id") in self.people)
            and (self.since is None or entry["timestamp"] >= self.since)
            and (self.until is None or entry["timestamp"] < self.until)
        )

    def rows(self) -> QuerySet[OutboxRow]:
        """The same of the outbox."""
        wanted = {
            "context__user_id__in": self.people,
            "entity_type": self.entity_type,
            "entity_id": self.entity_id,
            "action": self.action,
            "created_at__gte": self.since,
            "created_at__lt": self.until,
        }
        rows = outbox.waiting().filter(Q(**{name: v for name, v in wanted.items() if v}))
        return rows.filter(self._whose()) if self.patients else rows

    def _whose(self) -> Q:
        """About one of the patients, or an answer that showed one among others."""
        shown = (Q(changes__patients__contains=[one]) for one in self.patients)
        return reduce(or_, shown, Q(patient_id__in=self.patients))


def _any_of(values: tuple[str, ...]) -> Any:
    return values[0] if len(values) == 1 else {"$in": list(values)}


@dataclass(frozen=True)
class Cursor:
    """Everything older than this entry; written into the address, so that Back returns to it."""

    at: datetime
    seq: int

    def __str__(self) -> str:
        return f"{int(self.at.timestamp() * 1000)}-{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """None for anything that is no place in a trail."""
        moment, _, seq = text.partition("-")
        if not (moment.isascii() and moment.isdigit() and len(moment) < 15):
            return None
        if not (seq.isascii() and seq.isdigit() and len(seq) < 18):
            return None
        # Whole seconds and milliseconds apart: a float would lose the last digit.
        seconds, milliseconds = divmod(int(moment), 1000)
        try:
            at = datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)
        except (ValueError, OverflowError, OSError):
            return None
        return cls(at, int(seq))

    @classmethod
    def after(cls, entry: dict[str, Any]) -> "Cursor":
        return cls(entry["timestamp"], entry["seq"])


@dataclass
class Page:
    """Entries, newest first; those that wait stand before all others, on the first page only."""

    waiting: list[dict[str, Any]] = field(default_factory=list)
    entries: list[dict[str, Any]] = field(default_factory=list)
    older: Cursor | None = None
    total: int = 0
    is_unreachable: bool = False

    @property
    def is_more_than_counted(self) -> bool:
        return self.total > MOST_COUNTED


def page(filters: Filters, before: Cursor | None = None) -> Page:
    """The newest entries older than the cursor. Without MongoDB: what waits, and that it is so."""
    waiting = [] if before else waiting_entries(filters)
    try:
        found = entries(filters, before, PAGE + 1)
        total = count(filters)
    except ServiceUnavailable:
        return Page(waiting, is_unreachable=True)
    arrived = {entry["_id"] for entry in found}
    older = Cursor.after(found[PAGE - 1]) if len(found) > PAGE else None
    on_their_way = [entry for entry in waiting if entry["_id"] not in arrived]
    return Page(on_their_way, found[:PAGE], older, total)


def entries(filters: Filters, before: Cursor | None, most: int) -> list[dict[str, Any]]:
    """At most so many entries out of MongoDB. Raises ServiceUnavailable."""
    match = filters.match()
    if before is not None:
        same_moment = {"timestamp": before.at, "seq": {"$lt": before.seq}}
        match = {"$and": [match, {"$or": [{"timestamp": {"$lt": before.at}}, same_moment]}]}
        match["$and"].append({"timestamp": {"$lte": before.at}})
    # Two steps, each served by an index: many entries share a millisecond, and no index orders
    # them further. The first finds how far back the page reaches, the second sorts just that.
    with _reading():
        log = mongo.collection("audit_logs")
        moments = log.find(match, {"timestamp": 1}).sort("timestamp", -1).skip(most - 1).limit(1)
        floor = next(iter(moments), {"timestamp": EPOCH})["timestamp"]
        reach = {"$and": [match, {"timestamp": {"$gte": floor}}]}
        found = log.find(reach).sort([("timestamp", -1), ("seq", -1)]).limit(most)
        return list(found)


def count(filters: Filters) -> int:
    """How many there are, counted no further than MOST_COUNTED. Raises ServiceUnavailable."""
    with _reading():
        log = mongo.collection("audit_logs")
        return log.count_documents(filters.match(), limit=MOST_COUNTED + 1)


def waiting_entries(filters: Filters) -> list[dict[str, Any]]:
    """What is committed and not in MongoDB yet, newest first, as entries without a number."""
    rows = filters.rows().order_by("-id")[:MOST_WAITING]
    return [
        {
            **audit_entry(row),
            "_id": str(row.event_id),
            "is_set_aside": row.state == outbox.SET_ASIDE,
        }
        for row in rows
    ]


@contextmanager
def _reading() -> Iterator[None]:
    """A question that takes too long counts as no answer."""
    try:
        with mongo.reading():
            yield
    except ExecutionTimeout as error:
        raise ServiceUnavailable("MongoDB", mongo.host(), mongo.REMEDY) from error
