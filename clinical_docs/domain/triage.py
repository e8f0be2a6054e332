"""Triage: the patient is with the nurse, is measured, and is sent on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from clinical_docs.documents import ClinicalData
from clinical_docs.domain import vitals
from clinical_docs.policies import require
from clinical_docs.vital_signs.news2 import Score
from clinical_docs.vital_signs.panel import score_of
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain import queue, stops
from patients.domain.tickets import active_ticket, locked
from patients.models import Room, Ticket, Visit

ORDER = ("", Ticket.Priority.ROUTINE, Ticket.Priority.URGENT, Ticket.Priority.EMERGENCY)
TO_BEGIN = (Ticket.State.WAITING, Ticket.State.CALLED, Ticket.State.SKIPPED)


class NotAtTriage(ClinicError):
    """The patient has been sent on, or has left."""


@dataclass(frozen=True)
class Finished:
    """What finishing left: the document, the ticket where it waits now, the score if there is one."""

    document: ClinicalData
    ticket: Ticket
    score: Score | None


def open_visit(visit_id: UUID, *, by: User) -> Ticket | None:
    """Whoever opens a patient who waits at triage takes them in; others are left as they are."""
    require(by, "vitals.record")
    ticket = active_ticket(visit_id)
    if ticket is None or ticket.service != Room.Kind.TRIAGE or ticket.state not in TO_BEGIN:
        return ticket
    return queue.begin(ticket.pk, by=by)


def finish(
    visit_id: UUID,
    *,
    values: Mapping[str, Any],
    scale_2: bool = False,
    reason: str | None = None,
    priority: str = "",
    by: User,
) -> Finished:
    """Store what was measured and hand the patient over to the consultation, all or nothing.

    The priority is the gravest of the ticket's, the chosen one and what NEWS2 calls for. `reason`
    None leaves the visit's. Raises NothingMeasured, NotAtTriage, NotAllowed or Visit.DoesNotExist.
    """
    require(by, "vitals.record")
    with acting(user_id=by.pk), transaction.atomic():
        visit = Visit.objects.select_related("patient").get(pk=visit_id)
        ticket = _at_triage(visit)
        found = score_of(values, vitals.whom_of(visit.patient), scale_2=scale_2)
        document = vitals.record(
            visit.patient_id, values=values, scale_2=scale_2, visit_id=visit_id, by=by
        )
        _tell_reason(visit, reason)
        gravest = gravest_of(ticket.priority, priority, found.response.priority if found else "")
        return Finished(document, stops.after_triage(visit_id, priority=gravest, by=by), found)


def take_back(move_id: UUID, document: Mapping[str, Any], *, by: User) -> Ticket:
    """Undo a finished triage: the patient is back, and what was measured counts as an error.

    Raises MovedMeanwhile, TooLate or NotAllowed; then nothing has changed.
    """
    with acting(user_id=by.pk, reason="triage taken back"), transaction.atomic():
        ticket = queue.undo(move_id, by=by)
        vitals.withdraw(document, by=by)
        return ticket


def gravest_of(*priorities: str) -> str:
    """The most urgent of these."""
    return str(max(priorities, key=ORDER.index))


def _at_triage(visit: Visit) -> Ticket:
    """Raises NotAtTriage, in words that say where the patient is instead."""
    ticket = active_ticket(visit.pk)
    # Of two who finish, the second finds the ticket where the first has sent it.
    ticket = locked(ticket.pk).ticket if ticket else None
    if ticket is None or not ticket.is_active:
        raise NotAtTriage(f"{visit.patient} is not in the house any more; nothing was saved.")
    if ticket.service != Room.Kind.TRIAGE:
        place = ticket.get_service_display()
        raise NotAtTriage(
            f"{ticket.label} has left triage already and is at {place}; nothing was saved twice."
        )
    return ticket


def _tell_reason(visit: Visit, reason: str | None) -> None:
    if reason is None or reason.strip() == visit.reason:
        return
    visit.reason = reason.strip()
    visit.save(update_fields=["reason"])
