"""One day of appointments as a plan: who is with whom when, and where there is room."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min
from django.utils import timezone

from core.accounts.models import User
from core.clock import today
from patients.models import Appointment, Room, Ticket, Visit
from patients.models.appointment import HOLDS_ITS_TIME
from patients.queries.appointments import of_day

State = Appointment.State
STEP = timedelta(minutes=15)
LATE_AFTER = timedelta(minutes=10)
SOON = timedelta(minutes=15)
DUE = "due"
"""Booked and not here yet: the first filter of the desk."""


class Walkers(NamedTuple):
    """Those who wait for any clinician without an appointment."""

    number: int
    since: datetime | None


@dataclass(frozen=True)
class Slot:
    """An appointment where it stands in the plan."""

    booked: Appointment
    now: datetime

    @property
    def begins(self) -> datetime:
        return timezone.localtime(self.booked.begins_at)

    @property
    def ends(self) -> datetime:
        return timezone.localtime(self.booked.ends_at)

    @property
    def ticket(self) -> Ticket | None:
        tickets = list(self.booked.visit.tickets.all()) if self.booked.visit else []
        return max(tickets, key=lambda one: one.created_at, default=None)

    @property
    def is_due(self) -> bool:
        return self.booked.state == State.BOOKED

    @property
    def is_late(self) -> bool:
        return self.is_due and self.now - self.booked.begins_at > LATE_AFTER

    @property
    def is_soon(self) -> bool:
        return self.is_due and self.booked.begins_at - self.now <= SOON

    @property
    def minutes_late(self) -> int:
        return int((self.now - self.booked.begins_at).total_seconds() // 60)

    @property
    def stop(self) -> str:
        """What a visit is at: the words of its state, in a word or two."""
        visit = self.booked.visit
        return str(visit.get_state_display()) if visit else ""

    @property
    def tone(self) -> str:
        """late | here | with | done | missed | off, or nothing."""
        if self.is_late:
            return "late"
        return {
            State.ARRIVED: "here",
            State.IN_PROGRESS: "with",
            State.FULFILLED: "done",
            State.NO_SHOW: "missed",
            State.CANCELLED: "off",
        }.get(State(self.booked.state), "")

    @property
    def status(self) -> str:
        if self.booked.state == State.IN_PROGRESS:
            awaits = self.booked.visit and self.booked.visit.state == Visit.State.AWAITING_RESULTS
            return "waits for results" if awaits else "with staff"
        if self.booked.state == State.FULFILLED:
            open_still = self.booked.visit and self.booked.visit.is_open
            return "to pay" if open_still else "done"
        if self.booked.state == State.NO_SHOW:
            return "no-show"
        return "" if self.is_due else str(self.booked.get_state_display()).lower()


@dataclass(frozen=True)
class Gap:
    """Time of a provider that nobody has."""

    begins: datetime
    ends: datetime

    @property
    def query(self) -> str:
        """What the form for booking takes it by."""
        return f"at={self.begins:%Y-%m-%dT%H:%M}"


@dataclass(frozen=True)
class Column:
    """What one provider has that day."""

    provider: User
    slots: list[Slot]
    gaps: list[Gap]
    now: datetime

    @property
    def room(self) -> Room | None:
        return next((slot.booked.room for slot in self.slots if slot.booked.room), None)

    @property
    def booked(self) -> int:
        return sum(slot.booked.state in (*HOLDS_ITS_TIME, State.FULFILLED) for slot in self.slots)

    @property
    def minutes_behind(self) -> int:
        """How long whoever is here has been waiting beyond their time."""
        waits = [s.minutes_late for s in self.slots if s.booked.state == State.ARRIVED]
        return max([0, *waits])

    @property
    def pieces(self) -> list[Slot | Gap]:
        return sorted([*self.slots, *self.gaps], key=lambda piece: piece.begins)


@dataclass(frozen=True)
class Day:
    """The plan of a day, by provider."""

    date: date
    now: datetime
    slots: list[Slot]
    walkers: Walkers

    @property
    def is_today(self) -> bool:
        return self.date == today()

    @property
    def counts(self) -> dict[str, int]:
        """How many of each filter."""
        return {name: len(self.shown(name)) for name in FILTERS}

    @property
    def providers(self) -> list[User]:
        known = {slot.booked.provider_id: slot.booked.provider for slot in self.slots}
        return sorted(known.values(), key=lambda one: (one.given_name, one.family_name))

    @property
    def begins(self) -> datetime:
        """The half hour in which the first begins."""
        first = min(slot.begins for slot in self.slots)
        return first.replace(minute=first.minute // 30 * 30, second=0, microsecond=0)

    @property
    def ends(self) -> datetime:
        return max(slot.ends for slot in self.slots)

    def shown(self, name: str) -> list[Slot]:
        """The slots of a filter; all but what was cancelled when it is none."""
        fits = FILTERS.get(name, FILTERS["all"])
        return [slot for slot in self.slots if fits(slot)]

    def columns(self, name: str, provider: str = "") -> list[Column]:
        """What is shown of each provider; free time only in the whole plan."""
        slots, whole = self.shown(name), name not in FILTERS or name == "all"
        chosen = [one for one in self.providers if provider in ("", str(one.pk))]
        return [self._column(one, slots, whole=whole) for one in chosen]

    def _column(self, provider: User, slots: Sequence[Slot], *, whole: bool) -> Column:
        theirs = [slot for slot in slots if slot.booked.provider_id == provider.pk]
        gaps = list(free(theirs, self.now)) if whole else []
        return Column(provider, theirs, gaps, self.now)


FILTERS: dict[str, Callable[[Slot], bool]] = {
    "all": lambda slot: slot.booked.state != State.CANCELLED,
    DUE: lambda slot: slot.is_due,
    "here": lambda slot: slot.booked.state in (State.ARRIVED, State.IN_PROGRESS),
    "late": lambda slot: slot.is_late,
    "missed": lambda slot: slot.booked.state == State.NO_SHOW,
    "off": lambda slot: slot.booked.state == State.CANCELLED,
}


def plan_of(user: User, day: date) -> Day:
    """The day as this person may see it, in the same number of questions for any number."""
    now = timezone.now()
    booked = of_day(user, day).prefetch_related("visit__tickets")
    return Day(day, now, [Slot(one, now) for one in booked], walkers())


def walkers() -> Walkers:
    waiting = Ticket.objects.filter(
        service_day=today(),
        service=Room.Kind.CONSULTATION,
        state=Ticket.State.WAITING,
        provider=None,
        visit__appointment=None,
    ).aggregate(number=Count("pk"), since=Min("queued_at"))
    return Walkers(waiting["number"], waiting["since"])


def free(slots: Sequence[Slot], now: datetime) -> Iterator[Gap]:
    """Between a provider's first and last appointment, from now on, in quarters of an hour."""
    holding = [s for s in slots if s.booked.state in (*HOLDS_ITS_TIME, State.FULFILLED)]
    if not holding:
        return
    free_from = max(holding[0].begins, next_quarter(timezone.localtime(now)))
    for slot in holding:
        if slot.begins - free_from >= STEP:
            yield Gap(free_from, slot.begins)
        free_from = max(free_from, slot.ends)


def next_quarter(moment: datetime) -> datetime:
    past = timedelta(
        minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment if not past else moment - past + STEP
