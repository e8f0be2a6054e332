"""Ordering tests, and taking an order back while nothing has been taken from the patient."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.domain.ongoing import open_visit
from patients.models import LabRequest, LabTest, Visit
from patients.policies import require
from patients.queries.orders import asked_in
from patients.signals import test_cancelled, tests_ordered

ORDER = "lab.request"
LOINC = "http://loinc.org"


class NothingOrdered(ClinicError):
    """No test was ticked that is not ordered already."""


class TakenAlready(ClinicError):
    """The sample has been taken, so the laboratory decides."""


@dataclass
class Ordered:
    """What was ordered now, and what somebody had ordered before in this visit."""

    requests: list[LabRequest] = field(default_factory=list)
    known: list[LabRequest] = field(default_factory=list)


def order(
    visit_id: UUID,
    test_ids: Iterable[UUID],
    *,
    priority: str = LabRequest.Priority.ROUTINE,
    by: User,
) -> Ordered:
    """Ask for these tests; those that the visit has already are left as they are.

    Raises NothingOrdered, VisitOver, NotAllowed, Visit.DoesNotExist.
    """
    require(by, ORDER)
    with acting(user_id=by.pk), transaction.atomic():
        visit = open_visit(visit_id)
        wanted = list(LabTest.objects.filter(pk__in=list(test_ids), active=True).order_by("name"))
        ordered = Ordered(known=_known(visit, wanted))
        there = {request.test_id for request in ordered.known}
        for test in wanted:
            if test.pk not in there:
                ordered.requests.append(_ask(visit, test, priority, by))
        if not ordered.requests:
            raise NothingOrdered(_why(ordered))
        tests_ordered.send(None, requests=ordered.requests, by=by)
    return ordered


def cancel(request_id: UUID, *, by: User) -> LabRequest:
    """Take an order back. Raises TakenAlready once the sample is there."""
    require(by, ORDER)
    with acting(user_id=by.pk), transaction.atomic():
        request = LabRequest.objects.select_for_update(of=("self",), no_key=True).get(pk=request_id)
        if request.state == LabRequest.State.CANCELLED:
            return request
        if request.state != LabRequest.State.REQUESTED:
            state = request.get_state_display().lower()
            raise TakenAlready(f"{request.name} is {state} already; tell the laboratory.")
        request.state = LabRequest.State.CANCELLED
        request.save(update_fields=["state"])
        test_cancelled.send(None, request=request, by=by)
    return request


def cancel_all(request_ids: Iterable[UUID], *, by: User) -> list[LabRequest]:
    """Take several orders back, or none if one of them cannot be."""
    with transaction.atomic():
        return [cancel(pk, by=by) for pk in sorted(request_ids)]


def _known(visit: Visit, wanted: list[LabTest]) -> list[LabRequest]:
    ids = {test.pk for test in wanted}
    return [request for request in asked_in(visit.pk) if request.test_id in ids]


def _ask(visit: Visit, test: LabTest, priority: str, by: User) -> LabRequest:
    return LabRequest.objects.create(
        patient_id=visit.patient_id,
        visit=visit,
        test=test,
        name=test.name,
        code=test.loinc,
        code_system=LOINC if test.loinc else "",
        priority=priority,
        requester=by,
        requested_at=timezone.now(),
    )


def _why(ordered: Ordered) -> str:
    if not ordered.known:
        return "Tick a test first."
    first = ordered.known[0]
    at = timezone.localtime(first.requested_at)
    by = f" by {first.requester.display_name}" if first.requester else ""
    return f"{first.name} was ordered already at {at:%H:%M}{by}."
