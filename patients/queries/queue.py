"""Tickets: who waits where, and for whom."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.accounts.models import User
from core.accounts.roles import Role
from core.clock import today
from patients.models import LabRequest, Room, Ticket, Visit
from patients.policies import services_of
from patients.queries.today import IN_THE_LAB

STATE, KIND = Ticket.State, Room.Kind
FOR_RESULTS = Q(service=KIND.CONSULTATION, visit__state=Visit.State.AWAITING_RESULTS)
SEEN_WITH = ("patient", "room", "provider", "visit", "visit__clinician")


def active_tickets() -> QuerySet[Ticket]:
    """Of everybody who is in the house, with what a card shows."""
    return Ticket.objects.exclude(state__in=Ticket.ENDED).select_related(*SEEN_WITH)


def ended_today() -> QuerySet[Ticket]:
    """Those who have gone today, the last on top."""
    ended = Ticket.objects.filter(service_day=today(), state__in=Ticket.ENDED)
    return ended.select_related(*SEEN_WITH).order_by("-finished_at")


def waiting_for(user: User) -> int:
    """How many wait for this person: at their service, for them or for nobody in particular.

    Those who run the desk are shown everybody that waits to be called.
    """
    waiting = Ticket.objects.filter(state=STATE.WAITING)
    mine = services_of(user)
    if not mine or Role.RECEPTIONIST in user.roles:
        return waiting.exclude(FOR_RESULTS).exclude(service=KIND.CASH_DESK).count()
    is_mine = Q(service__in=mine) & (Q(provider=None) | Q(provider=user))
    return waiting.filter(is_mine).exclude(FOR_RESULTS & has_open_tests()).count()


def has_open_tests() -> Q:
    """A test of the visit has not come back."""
    of_visit = LabRequest.objects.filter(visit=OuterRef("visit"), state__in=IN_THE_LAB)
    return Q(Exists(of_visit))


def ticket_for(user: User, ticket_id: UUID) -> Ticket | None:
    """The ticket with what a card shows; nothing for those who may not see the queue."""
    seen = Ticket.objects.select_related(*SEEN_WITH)
    return seen.filter(pk=ticket_id).first() if user.has_perm("queue.view") else None
