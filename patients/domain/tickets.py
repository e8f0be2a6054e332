"""One step of a ticket: locked, checked, remembered for undoing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import Stale
from patients.models import Ticket, TicketMove, Visit
from patients.policies import require

OF_TICKET = (
    "service",
    "room_id",
    "provider_id",
    "priority",
    "state",
    "queued_at",
    "called_at",
    "called_count",
    "started_at",
    "finished_at",
)
OF_VISIT = ("state", "room_id", "clinician_id", "closed_at", "disposition", "follow_up_on")
DONE = {
    "start": "queued",
    "call": "called",
    "begin": "started with",
    "transfer": "sent on",
    "skip": "skipped",
    "leave": "let go",
    "finish": "finished with",
    "undo": "took back the last step of",
}
Values = dict[str, Any]


class MovedMeanwhile(Stale):
    """A colleague was quicker; the sentence says who did what, and when."""


class Step(NamedTuple):
    """What is being moved; change the attributes, they are saved at the end."""

    ticket: Ticket
    visit: Visit


@contextmanager
def step(act: str, ticket_id: UUID, *, version: int | None = None, by: User) -> Iterator[Step]:
    """Lock the ticket and its visit, save what the block changes of them, and note the step.

    Raises MovedMeanwhile if `version` is given and the ticket has moved on, NotAllowed, or
    Ticket.DoesNotExist. A block that changes nothing leaves nothing.
    """
    require(by, "queue.work")
    with acting(user_id=by.pk), transaction.atomic():
        moving = locked(ticket_id)
        refuse_moved(moving.ticket, version)
        before = snapshot(moving)
        yield moving
        if save(moving, before):
            note(moving, act, before, by=by)


def locked(ticket_id: UUID) -> Step:
    """The visit is locked first, by everybody, so that nobody waits in a circle."""
    visit_id = Ticket.objects.values_list("visit_id", flat=True).get(pk=ticket_id)
    visit = Visit.objects.select_for_update(no_key=True).get(pk=visit_id)
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=ticket_id)
    return Step(ticket, visit)


def refuse_moved(ticket: Ticket, version: int | None) -> None:
    if version is not None and ticket.version != version:
        raise MovedMeanwhile(last_move_in_words(ticket))


def last_move_in_words(ticket: Ticket) -> str:
    """`Ben called A012 at 10:42; it is at Triage, called.`"""
    now = f"It is at {ticket.get_service_display()}, {ticket.get_state_display().lower()}."
    move = ticket.moves.select_related("by").order_by("-id").first()
    if move is None:
        return f"{ticket.label} has changed. {now}"
    at = timezone.localtime(move.created_at)
    return (
        f"{move.by.display_name} {DONE.get(move.act, move.act)} {ticket.label} at {at:%H:%M}. {now}"
    )


def snapshot(moving: Step) -> dict[str, Values]:
    """What undoing would restore."""
    ticket, visit = moving
    return {
        "ticket": {name: getattr(ticket, name) for name in OF_TICKET},
        "visit": {name: getattr(visit, name) for name in OF_VISIT},
    }


def save(moving: Step, before: dict[str, Values]) -> bool:
    """Save what differs, if anything does; both know their new version then."""
    after = snapshot(moving)
    for thing, name in ((moving.ticket, "ticket"), (moving.visit, "visit")):
        changed = [key for key, value in after[name].items() if value != before[name][key]]
        if changed:
            thing.save(update_fields=[key.removesuffix("_id") for key in changed])
            thing.refresh_from_db(fields=["version"])
    return after != before


def note(moving: Step, act: str, before: dict[str, Values], *, by: User) -> TicketMove:
    """Remember a step that has been saved."""
    return TicketMove.objects.create(
        ticket=moving.ticket,
        patient_id=moving.ticket.patient_id,
        act=act,
        by=by,
        before=before,
    )


def active_ticket(visit_id: UUID) -> Ticket | None:
    """The ticket the visit's patient holds now."""
    return Ticket.objects.filter(visit=visit_id).exclude(state__in=Ticket.ENDED).first()
