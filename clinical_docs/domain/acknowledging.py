"""A clinician has seen a result."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain import queue
from patients.domain.tickets import active_ticket
from patients.models import LabRequest, Room

FIELDS = ("acknowledged_by", "acknowledged_at", "acknowledgement")


class NothingToSee(ClinicError):
    """There is no result to be acknowledged."""


def acknowledge(
    request_id: UUID, *, document: str = "", note: str = "", calls_back: bool = False, by: User
) -> str:
    """The result was seen, `note` says what follows; returns that in a sentence.

    With `calls_back` a patient who waits in the house is called in; for others it is noted. A second
    time changes nothing. Raises NothingToSee without a result, and where it was amended since the
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
    return f"{request.name} seen. {called}".strip()


def _call(request_id: UUID, by: User) -> str:
    """The patient is asked in, if they wait for the clinician."""
    visit_id = LabRequest.objects.values_list("visit_id", flat=True).get(pk=request_id)
    ticket = active_ticket(visit_id) if visit_id else None
    if ticket and ticket.service == Room.Kind.CONSULTATION and by.has_perm("queue.work"):
        queue.call(ticket.pk, by=by)
        return f"{ticket.label} is called."
    return "To be called back."


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
    return request
