"""Somebody stands at the desk: a visit and a ticket in one go, and taking that back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain import visits
from patients.domain.tickets import MovedMeanwhile, last_move_in_words, locked
from patients.models import Room, Ticket
from patients.policies import require

TAKEN_BACK_FOR = timedelta(minutes=5)


class TooLate(ClinicError):
    """The arrival cannot be taken back any more."""


def arrive(patient_id: UUID, *, service: str = "", by: User, **facts: Any) -> Ticket:
    """Open a visit and queue the patient, at the usual first stop unless a service is named.

    `facts` and what is raised are those of `visits.start`.
    """
    return visits.start(patient_id, service=service or first_stop(), by=by, **facts)


def first_stop() -> str:
    """Where whoever comes in waits first: FIRST_STOP, else triage where there is a room for it."""
    if settings.FIRST_STOP:
        return str(settings.FIRST_STOP)
    has_triage = Room.objects.filter(kind=Room.Kind.TRIAGE, active=True).exists()
    return str(Room.Kind.TRIAGE if has_triage else Room.Kind.CONSULTATION)


def take_back(ticket_id: UUID, *, by: User) -> Ticket:
    """It was the wrong person, or a slip: the visit did not take place, its number is not used again.

    Raises MovedMeanwhile once anybody has called or moved the ticket, TooLate for an arrival of
    somebody else or of more than five minutes ago.
    """
    require(by, "visits.open")
    with acting(user_id=by.pk, action="take_back"), transaction.atomic():
        ticket = locked(ticket_id).ticket
        refuse_taking_back(ticket, by)
        visits.cancel(ticket.visit_id, by=by)
    ticket.refresh_from_db()
    return ticket


def refuse_taking_back(ticket: Ticket, by: User) -> None:
    if ticket.state != Ticket.State.WAITING or ticket.moves.exists():
        raise MovedMeanwhile(last_move_in_words(ticket))
    if ticket.created_by != by.pk:
        raise TooLate("Only whoever queued a patient can take that back; cancel the visit instead.")
    if timezone.now() - ticket.created_at > TAKEN_BACK_FOR:
        raise TooLate("That was more than five minutes ago; cancel the visit instead.")
