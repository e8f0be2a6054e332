"""What the waiting room sees: numbers and rooms. Nothing of a patient is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone

from core.clock import today
from patients.models import Room, Ticket
from patients.queries.queue import FOR_RESULTS

STATE, KIND, PRIORITY = Ticket.State, Room.Kind, Ticket.Priority
SHOWN_FOR = timedelta(minutes=20)
MOST_BEFORE, MOST_NEXT = 4, 6
URGENT_FIRST = Case(
    When(priority=PRIORITY.EMERGENCY, then=Value(0)),
    When(priority=PRIORITY.URGENT, then=Value(1)),
    default=Value(2),
)
NUMBERS = (
    "prefix",
    "number",
    "service",
    "room__name",
    "state",
    "called_count",
    "called_at",
)


@dataclass(frozen=True)
class Call:
    """A number, and where it is to go."""

    label: str
    place: str
    again: bool
    is_open: bool
    """The number has been called and is not there yet."""
    stamp: str
    """Changes with each call, so that a screen knows a new one."""


@dataclass(frozen=True)
class Coming:
    """The next numbers of a service."""

    service: str
    labels: list[str]
    more: int


@dataclass(frozen=True)
class Screen:
    """What `patients/screen.html` draws; `now` is the last number called and not there yet."""

    now: Call | None
    before: list[Call]
    coming: list[Coming]


def screen() -> Screen:
    calls = last_calls()
    now = calls[0] if calls and calls[0].is_open else None
    before = calls[1:] if now else calls
    return Screen(now, before[:MOST_BEFORE], coming())


def last_calls() -> list[Call]:
    """The last numbers called, newest first; whoever has gone on or left is not among them."""
    since = timezone.now() - SHOWN_FOR
    called = of_today().filter(state__in=[STATE.CALLED, STATE.IN_SERVICE], called_at__gt=since)
    rows = called.order_by("-called_at").values(*NUMBERS)[: MOST_BEFORE + 1]
    calls = [_call(row) for row in rows]
    # A number still on its way is more news than one that has arrived.
    return sorted(calls, key=lambda call: not call.is_open)


def coming() -> list[Coming]:
    """Who waits to be called, service by service, in the order of the queue."""
    waiting = of_today().filter(state=STATE.WAITING).exclude(FOR_RESULTS)
    by_service: dict[str, list[str]] = {}
    in_order = waiting.order_by(URGENT_FIRST, "queued_at")
    for row in in_order.values("prefix", "number", "service"):
        by_service.setdefault(row["service"], []).append(_label(row))
    return [
        Coming(str(kind.label), by_service[kind][:MOST_NEXT], len(by_service[kind][MOST_NEXT:]))
        for kind in KIND
        if kind in by_service
    ]


def of_today() -> QuerySet[Ticket]:
    return Ticket.objects.filter(service_day=today())


def _call(row: Mapping[str, Any]) -> Call:
    label, is_open = _label(row), row["state"] == STATE.CALLED
    place = str(row["room__name"] or KIND(row["service"]).label)
    again = is_open and row["called_count"] > 1
    return Call(label, place, again, is_open, f"{label}-{row['called_count']}")


def _label(row: Mapping[str, Any]) -> str:
    return f"{row['prefix']}{row['number']:03d}"
