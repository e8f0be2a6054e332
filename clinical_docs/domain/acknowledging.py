"""A clinician has seen a result."""

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain import queue, stops
from patients.domain.tickets import active_ticket
from patients.models import LabRequest, Room

FIELDS = ("acknowledged_by", "acknowledged_at", "acknowledgement")


class NothingToSee(ClinicError):
    """There is no result to be acknowledged."""


def acknowledge(
    request_id: UUID, *, document: str = "", note: str = "", calls_back: bool = False, by: User
) -> str:
    """The result was seen, `note` says what follows; returns that in a sentence.

    With `calls_back` a patient who waits in the house is called in; for others it is noted. Without,
    whoever waited for this as the last of their results goes on to the next stop. A second time
    changes nothing. Raises NothingToSee without a result, and where it was amended since the
    `document` that was looked at.
    """
    require(by, "results.acknowledge")
    with acting(user_id=by.pk, action="acknowledge"), transaction.atomic():
        called = _call(request_id, by) if calls_back else ""
        request = LabRequest.objects.select_for_update(no_key=True).get(pk=request_id)
        _refuse(request, document)
        if request.acknowledged_at is None:
            request.acknowledged_by, request.acknowledged_at = by, timezone.now()
            request.acknowledgement = " ".join(filter(None, (called, note.strip())))[:300]
            request.save(update_fields=FIELDS)
        sent_on = "" if calls_back else _let_go(request, by)
    return " ".join(filter(None, (f"{request.name} seen.", called, sent_on)))


def _call(request_id: UUID, by: User) -> str:
    """The patient is asked in, if they wait for the clinician."""
    visit_id = LabRequest.objects.values_list("visit_id", flat=True).get(pk=request_id)
    ticket = active_ticket(visit_id) if visit_id else None
    if ticket and ticket.service == Room.Kind.CONSULTATION and by.has_perm("queue.work"):
        queue.call(ticket.pk, by=by)
        return f"{ticket.label} is called."
    return "To be called back."


def _let_go(request: LabRequest, by: User) -> str:
    """Once all results of a visit have been seen, nobody waits for them any more."""
    of_visit = LabRequest.objects.filter(visit=request.visit_id, acknowledged_at=None)
    if request.visit_id is None or of_visit.filter(state=LabRequest.State.VERIFIED).exists():
        return ""
    ticket = stops.after_results(request.visit_id, by=by)
    return f"{ticket.label} goes to {ticket.get_service_display().lower()}." if ticket else ""


def _bring_back(request: LabRequest, by: User) -> None:
    """The patient waits for the clinician again, if that was this person's last step."""
    ticket = active_ticket(request.visit_id) if request.visit_id else None
    move = queue.last_move(ticket) if ticket else None
    if move and (move.act, move.by_id) == ("transfer", by.pk):
        with suppress(queue.TooLate):
            queue.undo(move.pk, by=by)


def _refuse(request: LabRequest, document: str) -> None:
    if not request.result_document:
        raise NothingToSee(f"{request.name} has no result yet.")
    if document and document != request.result_document and request.entered.get("amendments"):
        raise NothingToSee(f"{request.name} was amended meanwhile. Look at it again.")


def take_back(request_id: UUID, *, by: User) -> LabRequest:
    """Not seen after all: one's own acknowledgement only; a colleague's stands."""
    require(by, "results.acknowledge")
    with acting(user_id=by.pk, action="unacknowledge"), transaction.atomic():
        request = LabRequest.objects.select_for_update(no_key=True).get(pk=request_id)
        if request.acknowledged_by_id == by.pk:
            request.acknowledged_by, request.acknowledged_at = None, None
            request.acknowledgement = ""
            request.save(update_fields=FIELDS)
            _bring_back(request, by)
    return request
