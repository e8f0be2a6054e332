"""Whose turn it is: calling, beginning, sending on, and taking a step back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from core.accounts.models import User
from core.accounts.roles import Role
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain.tickets import MovedMeanwhile, Step, locked, note, save, snapshot, step
from patients.models import Room, Ticket, TicketMove, Visit
from patients.policies import require, services_of
from patients.signals import move_undone

State = Ticket.State
UNDO_FOR = timedelta(seconds=60)


class NotHere(ClinicError):
    """The ticket's way is over."""


class TooLate(ClinicError):
    """The step cannot be taken back any more."""


def call(
    ticket_id: UUID, *, room: Room | None = None, version: int | None = None, by: User
) -> Ticket:
    """Ask the patient in; again if called before. Raises MovedMeanwhile or NotHere."""
    with step("call", ticket_id, version=version, by=by) as (ticket, visit):
        refuse_ended(ticket)
        ticket.state, ticket.called_at = State.CALLED, timezone.now()
        ticket.called_count += 1
        take(ticket, by)
        place(ticket, visit, room)
    return ticket


def begin(
    ticket_id: UUID, *, room: Room | None = None, version: int | None = None, by: User
) -> Ticket:
    """The patient is with staff. At a consultation the visit is in consultation from now on.

    Whoever is with the patient already may begin again: nothing changes.
    """
    with step("begin", ticket_id, version=version, by=by) as (ticket, visit):
        refuse_ended(ticket)
        was_with = (ticket.state, ticket.provider_id)
        take(ticket, by)
        if was_with != (State.IN_SERVICE, ticket.provider_id):
            ticket.state, ticket.started_at = State.IN_SERVICE, timezone.now()
        place(ticket, visit, room)
        if ticket.service == Room.Kind.CONSULTATION:
            consult(visit, by)
    return ticket


def transfer(
    ticket_id: UUID,
    *,
    service: str,
    room: Room | None = None,
    provider: User | None = None,
    version: int | None = None,
    by: User,
) -> Ticket:
    """Let the patient wait somewhere else."""
    with step("transfer", ticket_id, version=version, by=by) as (ticket, _):
        refuse_ended(ticket)
        wait_at(ticket, service, room, provider)
    return ticket


def skip(ticket_id: UUID, *, version: int | None = None, by: User) -> Ticket:
    """Called and did not come; may be called again."""
    with step("skip", ticket_id, version=version, by=by) as (ticket, _):
        refuse_ended(ticket)
        ticket.state = State.SKIPPED
    return ticket


def leave(ticket_id: UUID, *, version: int | None = None, by: User) -> Ticket:
    """Left without being seen, or before the end: the visit is over."""
    with step("leave", ticket_id, version=version, by=by) as (ticket, visit):
        refuse_ended(ticket)
        ticket.state, ticket.finished_at = State.LEFT, timezone.now()
        visit.disposition, visit.closed_at = Visit.Disposition.LEFT, ticket.finished_at
        seen = visit.state not in (Visit.State.REGISTERED, Visit.State.TRIAGED)
        visit.state = Visit.State.CLOSED if seen else Visit.State.CANCELLED
    return ticket


def undo(move_id: UUID, *, by: User) -> Ticket:
    """Take back one's own last step of a ticket, within a minute.

    Raises MovedMeanwhile if somebody has moved the ticket since, TooLate, or NotAllowed.
    """
    require(by, "queue.work")
    with acting(user_id=by.pk), transaction.atomic():
        move = TicketMove.objects.get(pk=move_id)
        moving = locked(move.ticket_id)
        refuse_undoing(move, by)
        before = snapshot(moving)
        restore(moving, move)
        save(moving, before)
        note(moving, "undo", before, by=by)
        move_undone.send(None, move=move, visit=moving.visit, by=by)
    return moving.ticket


def last_move(ticket: Ticket) -> TicketMove | None:
    """What `undo` would take back."""
    return ticket.moves.order_by("-id").first()


def refuse_ended(ticket: Ticket) -> None:
    if not ticket.is_active:
        raise NotHere(f"{ticket.label} is {ticket.get_state_display().lower()} already.")


def refuse_undoing(move: TicketMove, by: User) -> None:
    newest = last_move(move.ticket)
    if newest is None or newest.pk != move.pk:
        raise MovedMeanwhile("It has been moved since; there is nothing to take back.")
    if move.by_id != by.pk or move.act in ("undo", "start"):
        raise TooLate("Only your own last step can be taken back.")
    if timezone.now() - move.created_at > UNDO_FOR:
        raise TooLate("That was more than a minute ago; move the ticket instead.")


def restore(moving: Step, move: TicketMove) -> None:
    for thing, name in ((moving.ticket, "ticket"), (moving.visit, "visit")):
        for key, value in move.before[name].items():
            setattr(thing, key, read_back(key, value))


def read_back(name: str, value: Any) -> Any:
    """A value of a snapshot as the model holds it."""
    if value is None:
        return None
    if name.endswith("_id"):
        return UUID(value)
    if name.endswith("_at"):
        return parse_datetime(value)
    return parse_date(value) if name.endswith("_on") else value


def wait_at(
    ticket: Ticket, service: str, room: Room | None = None, provider: User | None = None
) -> None:
    """At the end of another queue, called by nobody yet."""
    ticket.service, ticket.state = service, State.WAITING
    ticket.room, ticket.provider = room, provider
    ticket.queued_at, ticket.called_at, ticket.started_at = timezone.now(), None, None
    ticket.called_count = 0


def take(ticket: Ticket, by: User) -> None:
    """Who works at this service sees the patient; the desk only calls for a colleague."""
    if ticket.service in services_of(by):
        ticket.provider = by


def place(ticket: Ticket, visit: Visit, room: Room | None) -> None:
    if room is not None:
        ticket.room = visit.room = room


def consult(visit: Visit, by: User) -> None:
    visit.state = Visit.State.IN_CONSULTATION
    if Role.CLINICIAN in by.roles:
        visit.clinician = by
