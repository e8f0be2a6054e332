"""Entering laboratory results and verifying them. Each step is a document; none is changed."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import transaction

from clinical_docs.domain import filing, sheets
from clinical_docs.domain.filing import NotInTheLab
from clinical_docs.domain.sheets import Typed
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError, Stale
from patients.domain import specimens
from patients.models import LabRequest, LabTest, Specimen
from patients.queries.laboratory import BEGUN, analytes_of

State = LabRequest.State


class ChangedMeanwhile(Stale):
    """What was looked at is not what is entered now."""


class NotVerifiable(ClinicError):
    """Something must be done before the result can be verified."""


def enter(typed: Sequence[Typed], *, by: User) -> list[LabRequest]:
    """Save what was typed for these orders as preliminary results; complete ones wait to be verified.

    Values of colleagues that came meanwhile are kept beside mine. Raises NotSaved, with nothing
    saved, where both of us changed the same one, or one is to be confirmed; NotInTheLab; NotAllowed.
    """
    require(by, "lab.result")
    with acting(user_id=by.pk, action="result"), transaction.atomic():
        _receive([one.request_id for one in typed], by)
        found = filing.locked(one.request_id for one in typed)
        for request in found.values():
            _refuse_elsewhere(request)
        tests = analytes_of(found.values())
        merged = filing.merged(typed, found, tests)
        kept = [_keep(found[key], texts, tests[key], by) for key, texts in merged.items()]
    return [request for request in kept if request]


def verify(seen: Mapping[UUID, str], *, by: User) -> list[LabRequest]:
    """Release results: all of them, or none.

    `seen` names for each order the document that was looked at. Raises ChangedMeanwhile if it is
    another by now, NotVerifiable while somebody must still be told of a critical value or where a
    second person is needed, NotInTheLab once it is verified, and NotAllowed.
    """
    require(by, "lab.verify")
    with acting(user_id=by.pk, action="verify"), transaction.atomic():
        requests = list(filing.locked(seen).values())
        for request in requests:
            _refuse_unseen(request, seen[request.pk])
            _refuse_unfit(request, by)
        for request in requests:
            _release(request, by)
    return requests


def send_back(request_id: UUID, *, by: User) -> LabRequest:
    """Not to be verified as it is: it is worked on again."""
    require(by, "lab.verify")
    with acting(user_id=by.pk, action="send_back"), transaction.atomic():
        request = filing.locked([request_id])[request_id]
        if request.state != State.RESULTED:
            raise NotInTheLab(request)
        request.state = State.IN_PROGRESS
        request.save(update_fields=["state"])
    return request


def reject_specimen(specimen_id: UUID, *, reason: str, by: User) -> Specimen:
    """Ask for a new sample; results entered from this one are marked as entered in error."""
    require(by, "lab.collect")
    with acting(user_id=by.pk, action="reject", reason=reason), transaction.atomic():
        requests = list(LabRequest.objects.filter(specimen=specimen_id).select_related("test"))
        specimen = specimens.reject(specimen_id, reason=reason, by=by)
        for request in requests:
            if request.result_document:
                filing.put(request, request.entered, "entered_in_error", by)
    return specimen


def _receive(request_ids: Sequence[UUID], by: User) -> None:
    """Whoever measures a sample has it."""
    on_the_way = Specimen.objects.filter(requests__in=request_ids, state=Specimen.State.COLLECTED)
    for specimen_id in on_the_way.distinct().order_by("pk").values_list("pk", flat=True):
        specimens.receive(specimen_id, by=by)


def _keep(
    request: LabRequest, texts: dict[str, str], tests: list[LabTest], by: User
) -> LabRequest | None:
    """A preliminary document of what is entered; None where it is what was there."""
    is_whole = sheets.is_complete(texts, tests)
    state = State.RESULTED if is_whole else State.IN_PROGRESS
    if texts == sheets.texts_of(request) and state == request.state:
        return None
    if not any(texts.values()) and not request.result_document:
        return None
    request.state = state
    data = sheets.data_of(request, texts, tests, filing.subject(request))
    filing.store(request, data, "amended" if "amendments" in data else "preliminary", by)
    request.save(update_fields=filing.OF_A_RESULT)
    return request


def _release(request: LabRequest, by: User) -> None:
    """An amended document says all there is to say; a preliminary one is followed by the final."""
    if not request.entered.get("amendments"):
        request.result_document = filing.put(request, request.entered, "final", by)
    filing.mark_verified(request, by)


def _refuse_elsewhere(request: LabRequest) -> None:
    if request.state not in BEGUN:
        raise NotInTheLab(request)


def _refuse_unseen(request: LabRequest, document: str) -> None:
    if request.state != State.RESULTED:
        raise NotInTheLab(request)
    if request.result_document != document:
        who = request.resulted_by.display_name if request.resulted_by else "Somebody"
        raise ChangedMeanwhile(f"{who} has changed {request.name} meanwhile. Look at it again.")


def _refuse_unfit(request: LabRequest, by: User) -> None:
    if request.untold:
        names = request.entered.get("names", {})
        values = ", ".join(names.get(key, key) for key in request.untold)
        raise NotVerifiable(f"{values} is critical: tell somebody and record the call first.")
    if request.second_person and request.resulted_by_id == by.pk:
        raise NotVerifiable(f"You entered {request.name}; somebody else must verify it.")
