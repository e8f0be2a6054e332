"""Who looked at one patient's record, or changed it: a line a person and day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from audit.queries import people
from audit.queries.trail import Filters, waiting_entries
from core.accounts.models import User
from core.databases import mongo

MOST = 2_000
"""People times days; older ones are found by narrowing the days."""


@dataclass
class Look:
    """What one person did with the record on one day."""

    user_id: str
    day: date
    first: datetime
    last: datetime
    times: int = 0
    acts: set[tuple[str, str, str]] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)
    user: User | None = None

    def take(self, other: "Look") -> None:
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)
        self.times += other.times
        self.acts |= other.acts
        self.reasons |= other.reasons


def looks(filters: Filters) -> list[Look]:
    """By person and day on the clinic's clock, newest first, what is still on its way included.

    What the house itself did, without a person, is left out. Raises ServiceUnavailable.
    """
    found: dict[tuple[str, date], Look] = {}
    # First, or one that arrives meanwhile would be in neither.
    waiting = waiting_entries(filters)
    arrived = _arrived(filters, but=[entry["_id"] for entry in waiting])
    for one in (*arrived, *_waiting(waiting)):
        key = (one.user_id, one.day)
        if key in found:
            found[key].take(one)
        else:
            found[key] = one
    users = people.names_of(one.user_id for one in found.values())
    for one in found.values():
        one.user = users.get(one.user_id)
    return sorted(found.values(), key=lambda one: one.last, reverse=True)


def _arrived(filters: Filters, *, but: list[str]) -> list[Look]:
    local = {"$dateToString": {"date": "$timestamp", "format": "%Y-%m-%d", "timezone": _zone()}}
    act = {"action": "$action", "page": "$changes.page", "kind": "$entity_type"}
    group = {
        "_id": {"user": "$user_id", "day": local},
        "first": {"$min": "$timestamp"},
        "last": {"$max": "$timestamp"},
        "times": {"$sum": 1},
        "acts": {"$addToSet": act},
        "reasons": {"$addToSet": "$reason"},
    }
    matched = {"$and": [filters.match(), {"user_id": {"$exists": True}}, {"_id": {"$nin": but}}]}
    steps: list[dict[str, Any]] = [
        {"$match": matched},
        {"$group": group},
        {"$sort": {"last": -1}},
        {"$limit": MOST},
    ]
    with mongo.reading():
        return [_look(row) for row in mongo.collection("audit_logs").aggregate(steps)]


def _look(row: dict[str, Any]) -> Look:
    who, day = row["_id"]["user"], date.fromisoformat(row["_id"]["day"])
    acts = {_act(one["action"], one.get("page"), one["kind"]) for one in row["acts"]}
    return Look(who, day, row["first"], row["last"], row["times"], acts, set(row["reasons"]))


def _waiting(entries: Iterable[dict[str, Any]]) -> Iterable[Look]:
    for entry in entries:
        if user_id := entry.get("user_id"):
            at, page = entry["timestamp"], entry["changes"].get("page")
            act = _act(entry["action"], page, entry["entity_type"])
            reasons = {entry["reason"]} if entry.get("reason") else set()
            yield Look(user_id, timezone.localdate(at), at, at, 1, {act}, reasons)


def _act(action: str, page: Any, kind: str) -> tuple[str, str, str]:
    """`page` of a row change is a column of that table, if anything."""
    return action, page if action == "view" and isinstance(page, str) else "", kind


def _zone() -> str:
    return timezone.get_default_timezone_name()
