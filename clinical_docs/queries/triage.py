"""Who waits for triage."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from core.accounts.models import User
from core.clock import today
from patients.models import Room, Ticket, Visit

HERE = (Ticket.State.WAITING, Ticket.State.CALLED, Ticket.State.IN_SERVICE)
# Asked in again, these may still come.
NEXT = (Ticket.State.WAITING, Ticket.State.CALLED)
URGENCY = (Ticket.Priority.EMERGENCY, Ticket.Priority.URGENT, Ticket.Priority.ROUTINE)


def at_triage() -> QuerySet[Ticket]:
    """Today's tickets at triage: emergencies on top, then urgent, then whoever waits longest."""
    urgency = Case(*(When(priority=name, then=Value(n)) for n, name in enumerate(URGENCY)))
    found = Ticket.objects.filter(service=Room.Kind.TRIAGE, service_day=today(), state__in=HERE)
    return found.select_related("visit", "patient", "provider").order_by(urgency, "queued_at")


def next_to_triage(*, but_for: UUID | None = None) -> QuerySet[Ticket]:
    """Those who wait, the next to call first."""
    waiting = at_triage().filter(state__in=NEXT)
    return waiting.exclude(visit=but_for) if but_for else waiting


def waiting_for_triage(user: User) -> int:
    """The number in the rail."""
    return next_to_triage().count()


class Asked(NamedTuple):
    """What the head of a list says."""

    waiting: int
    longest: datetime | None


def asked(tickets: list[Ticket]) -> Asked:
    waiting = [one for one in tickets if one.state in NEXT]
    return Asked(len(waiting), min((one.queued_at for one in waiting), default=None))


def visits_for(user: User) -> QuerySet[Visit]:
    """Visits that this person may open at triage; none for anybody else."""
    found = Visit.objects.select_related("patient", "room")
    return found if user.has_perm("triage.view") else found.none()
