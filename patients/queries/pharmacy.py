"""The pharmacy's line-up: who waits for what, since when."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.accounts.models import User
from core.clock import today
from patients.models import Prescription, Room, Ticket
from patients.queries import dispensing
from patients.queries.search import find

MOST = 100
LONGISH, LONG = 15, 30
"""Minutes of waiting that ask for attention."""
LABEL = re.compile(r"([A-Za-z])(\d{1,4})")
"""What is printed on a ticket."""
DUE, OWED, DONE = "due", "owed", "done"
TABS = ((DUE, "To dispense"), (OWED, "Partly"), (DONE, "Done"))


@dataclass(frozen=True)
class Turn:
    """A prescription in the line-up, with the ticket its patient holds."""

    prescription: Any
    ticket: Ticket | None

    @property
    def is_here(self) -> bool:
        """Whether the patient waits at the pharmacy now."""
        return self.ticket is not None and self.ticket.service == Room.Kind.PHARMACY

    @property
    def since(self) -> datetime:
        """Waiting here, or since it was signed."""
        if self.ticket is not None and self.is_here:
            return self.ticket.queued_at
        return dispensing.waits_since(self.prescription)

    @property
    def elsewhere(self) -> str:
        """Where the patient is, if not here: `laboratory`."""
        gone = self.ticket is None or self.is_here or not self.ticket.is_active
        return "" if gone or self.ticket is None else self.ticket.get_service_display().lower()

    @property
    def tone(self) -> str:
        """Amber from a quarter of an hour on, red from half an hour."""
        minutes = (timezone.now() - self.since).total_seconds() / 60
        return "tone-danger" if minutes >= LONG else "tone-warn" if minutes >= LONGISH else ""


def tab_of(name: str) -> str:
    return name if name in dict(TABS) else DUE


def in_tab(tab: str) -> QuerySet[Prescription]:
    return {DUE: dispensing.waiting, OWED: dispensing.in_part, DONE: dispensing.done_on}[tab]()


def counts() -> dict[str, int]:
    return {tab: in_tab(tab).count() for tab, _ in TABS}


def waiting_for(user: User) -> int | None:
    """The number beside the menu's entry."""
    return dispensing.waiting().count() or None


def line_up(tab: str) -> list[Turn]:
    """At most so many, whoever waits longest first."""
    turns = _turns(in_tab(tab))
    return sorted(turns, key=lambda turn: turn.since) if tab == DUE else turns


def found(text: str) -> list[Turn]:
    """Prescriptions in force by patient, ticket, or the number that a scanner reads."""
    known = Prescription.objects.filter(state__in=[*dispensing.TO_DISPENSE, "dispensed"])
    return _turns(known.filter(_fits(text.strip())).order_by("-written_at")[:MOST])


def _fits(text: str) -> Q:
    if label := LABEL.fullmatch(text):
        number = Q(prefix=label[1].upper(), number=int(label[2]), service_day=today())
        return Q(visit__in=Ticket.objects.filter(number).values("visit"))
    try:
        key = UUID(text.rstrip("/").rpartition("/")[2])
    except ValueError:
        return Q(patient__in=[one.pk for one in find(text)])
    return Q(pk=key) | Q(patient=key)


def _turns(prescriptions: QuerySet[Prescription]) -> list[Turn]:
    rows = prescriptions.select_related("patient", "prescriber").annotate(lines=Count("items"))
    listed = list(rows[:MOST]) if not rows.query.is_sliced else list(rows)
    tickets = Ticket.objects.filter(visit__in=[row.visit_id for row in listed if row.visit_id])
    held = {one.visit_id: one for one in tickets.order_by("pk")}
    return [Turn(row, held.get(row.visit_id) if row.visit_id else None) for row in listed]
