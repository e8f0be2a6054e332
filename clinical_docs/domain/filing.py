"""Putting a laboratory result on file: the document, and what the order says of it."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from clinical_docs.documents import ClinicalData
from clinical_docs.domain import sheets
from clinical_docs.domain.sheets import Data, NotSaved, Place, Typed
from clinical_docs.queries.computing import with_computed
from clinical_docs.queries.judging import Subject
from core.accounts.models import User
from core.errors import Stale
from patients.models import LabRequest, LabTest

State = LabRequest.State
OF_A_RESULT = (
    "state",
    "entered",
    "untold",
    "second_person",
    "flag_summary",
    "result_document",
    "resulted_by",
    "resulted_at",
    "verified_by",
    "verified_at",
    "acknowledged_by",
    "acknowledged_at",
    "acknowledgement",
)


class NotInTheLab(Stale):
    """The order is not one whose results are being worked on."""

    def __init__(self, request: LabRequest) -> None:
        """`Complete blood count is verified, by Tom Novák at 10:41.`"""
        by, at = request.verified_by, request.verified_at
        when = f", by {by.display_name} at {timezone.localtime(at):%H:%M}" if by and at else ""
        super().__init__(f"{request.name} is {request.get_state_display().lower()}{when}.")


def locked(ids: Iterable[UUID]) -> dict[UUID, LabRequest]:
    """The orders by id, locked in one order by everybody."""
    rows = LabRequest.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=list(ids))
    people = ("patient", "test", "specimen", "resulted_by", "verified_by")
    return {one.pk: one for one in rows.select_related(*people).order_by("pk")}


def merged(
    typed: Sequence[Typed], found: Mapping[UUID, LabRequest], tests: Mapping[UUID, list[LabTest]]
) -> dict[UUID, dict[str, str]]:
    """Every order's values as they will be. Raises NotSaved."""
    merged: dict[UUID, dict[str, str]] = {}
    theirs: dict[Place, str] = {}
    odd: set[Place] = set()
    for one in typed:
        texts, clashes = sheets.merge(one, sheets.texts_of(found[one.request_id]))
        request = found[one.request_id]
        merged[request.pk] = with_computed(texts, tests[request.pk], subject(request))
        theirs |= clashes
        odd |= sheets.odd_values(one, texts, tests[one.request_id])
    if theirs or odd:
        raise NotSaved(theirs, odd)
    return merged


def store(request: LabRequest, data: Data, status: str, by: User) -> None:
    """The document, and what the order says of it."""
    request.entered = data
    request.result_document = put(request, data, status, by)
    request.flag_summary = sheets.summary(data)
    request.untold = _untold(request, data)
    request.second_person = settings.LAB_SECOND_PERSON
    request.resulted_by, request.resulted_at = by, timezone.now()


def put(request: LabRequest, data: Data, status: str, by: User) -> str:
    """Commit one more document of this result; returns its id."""
    document = ClinicalData(
        patient_id=str(request.patient_id),
        visit_id=str(request.visit_id) if request.visit_id else None,
        lab_request_id=str(request.pk),
        data_type="lab_result",
        code=request.code or None,
        data=data,
        metadata={"lab_name": settings.CLINIC_NAME, "technician": _technician(request, status, by)},
        status=status,
        supersedes=request.result_document or None,
        created_by=str(by.pk),
    )
    return str(document.save().pk)


def mark_verified(request: LabRequest, by: User) -> None:
    request.state, request.verified_by, request.verified_at = State.VERIFIED, by, timezone.now()
    request.save(update_fields=["state", "result_document", "verified_by", "verified_at"])


def subject(request: LabRequest) -> Subject:
    """Ranges are of the age at which the sample was taken."""
    taken = request.specimen.collected_at if request.specimen else None
    return Subject.of(request.patient, timezone.localdate(taken or timezone.now()))


def _technician(request: LabRequest, status: str, by: User) -> str:
    """Who measured it; who verifies says so on the order."""
    measured = request.resulted_by if status == "final" else by
    return (measured or by).display_name


def _untold(request: LabRequest, data: Data) -> list[str]:
    """Critical values that are in nobody's call yet."""
    told = [call.values for call in request.calls.all()]
    found = sheets.critical_values(data)
    return [key for key, value in found.items() if not any(one.get(key) == value for one in told)]
