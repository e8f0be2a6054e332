"""A consultation from its beginning to its end."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from clinical_docs.policies import require
from clinical_docs.queries.musts import Must, musts
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain import queue, stops, visits
from patients.domain.tickets import active_ticket
from patients.models import Room, Ticket, Visit

WRITE = "consult.write"
SHORTEST_REASON = 5


class NotReady(ClinicError):
    """Something is missing; `musts` says what."""

    def __init__(self, missing: list[Must]) -> None:
        super().__init__(f"Not finished: {', '.join(one.words for one in missing)}.")
        self.musts = missing


class NoReason(ClinicError):
    """Finishing with something missing takes a reason."""


class NotUnderWay(ClinicError):
    """The visit is not in consultation."""


def begin(visit_id: UUID, *, by: User) -> Visit:
    """The patient is with the clinician: visit and ticket say so, and nothing is asked.

    A ticket that waits elsewhere is brought here. Raises stops.NoTicket without one, NotAllowed.
    """
    require(by, WRITE)
    with acting(user_id=by.pk), transaction.atomic():
        ticket = active_ticket(visit_id)
        if ticket is None:
            raise stops.NoTicket("This visit has no ticket; it is not in the house today.")
        if ticket.service != Room.Kind.CONSULTATION:
            queue.transfer(ticket.pk, service=Room.Kind.CONSULTATION, by=by)
        queue.begin(ticket.pk, by=by)
    return Visit.objects.get(pk=visit_id)


def finish(
    visit_id: UUID,
    *,
    stop: Room.Kind | None = None,
    disposition: str = "",
    follow_up_on: date | None = None,
    has_note: bool | None = None,
    anyway: str = "",
    by: User,
) -> Ticket | None:
    """End the consultation and send the patient on to `stop`, by default to what was ordered.

    `anyway` is the reason to finish although something is missing. A visit without a ticket is
    closed, and None comes back. Raises NotReady, NoReason, NotUnderWay or NotAllowed.
    """
    require(by, WRITE)
    with acting(user_id=by.pk, reason=anyway or None), transaction.atomic():
        visit = Visit.objects.select_for_update(no_key=True).get(pk=visit_id)
        _refuse_not_under_way(visit)
        _refuse_unready(visit, musts(visit, has_note=has_note), anyway.strip(), by)
        _say_when_to_come_back(visit, follow_up_on)
        if active_ticket(visit_id) is None:
            _close(visit, disposition, by)
            return None
        return stops.after_consultation(
            visit_id, stop=stop, disposition=disposition, follow_up_on=follow_up_on, by=by
        )


def _refuse_not_under_way(visit: Visit) -> None:
    if visit.state != Visit.State.IN_CONSULTATION:
        state = visit.get_state_display().lower()
        raise NotUnderWay(f"This visit is not in consultation any more: {state}.")


def _refuse_unready(visit: Visit, missing: list[Must], anyway: str, by: User) -> None:
    if not missing:
        return
    if not anyway:
        raise NotReady(missing)
    if len(anyway) < SHORTEST_REASON:
        raise NoReason("Say in a few words why it is finished like this.")
    told: dict[str, Any] = {"missing": [one.name for one in missing], "reason": anyway}
    visit.metadata = {**visit.metadata, "finished_with": {**told, "by": by.display_name}}
    visit.save(update_fields=["metadata"])


def _say_when_to_come_back(visit: Visit, day: date | None) -> None:
    """Said again at a second end of the same visit, also when there is nothing to come back for."""
    if visit.follow_up_on and day is None:
        visit.follow_up_on = None
        visit.save(update_fields=["follow_up_on"])


def _close(visit: Visit, disposition: str, by: User) -> None:
    visit.disposition = disposition
    visit.save(update_fields=["disposition"])
    visits.close(visit.pk, by=by)
