"""Moves the committed history so that it ends yesterday, whenever the demo clinic is made."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import orjson

LAST_DAY = date(2025, 12, 31)
WEEK = timedelta(weeks=1)
# A date that begins a value; prose and longer numbers are left alone.
DATES = re.compile(rb'(?<=")(?:18|19|20)\d\d-\d\d-\d\d(?=[T"])')

Resource = dict[str, Any]


def shift_to(today: date) -> timedelta:
    """Whole weeks, so that weekdays stay, and enough of them to reach yesterday."""
    days = (today - timedelta(days=1) - LAST_DAY).days
    return -(-days // WEEK.days) * WEEK


def moved(lines: Iterator[bytes], today: date) -> Iterator[bytes]:
    """Bundles of that day's clinic: all dates moved, nothing that would lie ahead."""
    replace = mover(shift_to(today))
    for line in lines:
        bundle = orjson.loads(DATES.sub(replace, line))
        bundle["entry"] = past(bundle["entry"], today.isoformat())
        yield orjson.dumps(bundle) + b"\n"


def mover(shift: timedelta) -> Callable[[re.Match[bytes]], bytes]:
    @lru_cache(maxsize=50_000)
    def move(day: bytes) -> bytes:
        return (date.fromisoformat(day.decode()) + shift).isoformat().encode()

    return lambda found: move(found[0])


def past(entries: list[Resource], today: str) -> list[Resource]:
    """Without the visits of today and later, what was written in them and what was taken."""
    rows = [entry["resource"] for entry in entries]
    ahead = {name_of(row) for row in rows if lies_ahead(row, today)}
    ahead |= {name_of(row) for row in rows if belongs_to(row, "encounter") in ahead}
    kept = [row for row in rows if not {name_of(row), belongs_to(row, "request")} & ahead]
    return [{"resource": alive(row, today)} for row in kept]


def lies_ahead(row: Resource, today: str) -> bool:
    return row["resourceType"] == "Encounter" and str(row["period"]["start"]) >= today


def name_of(row: Resource) -> str:
    return f"{row['resourceType']}/{row['id']}"


def belongs_to(row: Resource, field: str) -> str:
    """The encounter of a resource, or the request of a specimen."""
    found = row.get(field) or (row.get("context") or {}).get(field) or {}
    first = found[0] if isinstance(found, list) else found
    return str(first.get("reference", ""))


def alive(row: Resource, today: str) -> Resource:
    """Nobody dies in the future."""
    if row.get("deceasedDateTime", "") >= today:
        del row["deceasedDateTime"]
    return row
