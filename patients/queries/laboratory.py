"""What waits in the laboratory, and what a test is made of."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When
from django.utils import timezone

from patients.models import LabRequest, LabTest, Visit

State = LabRequest.State
TO_COLLECT = (State.REQUESTED,)
IN_THE_LAB = (State.COLLECTED, State.RECEIVED, State.IN_PROGRESS)
TO_VERIFY = (State.RESULTED,)
BEGUN = (*IN_THE_LAB, *TO_VERIFY)
URGENCY = (LabRequest.Priority.STAT, LabRequest.Priority.URGENT, LabRequest.Priority.ROUTINE)
PEOPLE = ("patient", "test", "specimen__collected_by", "visit__room", "requester", "resulted_by")


def waiting() -> QuerySet[LabRequest]:
    """What the laboratory has to do, most urgent first."""
    return _dressed(LabRequest.objects.filter(_waits())).order_by(
        most_urgent(), "requested_at", "pk"
    )


def done_today() -> QuerySet[LabRequest]:
    """Verified today, the last on top."""
    return _dressed(LabRequest.objects.filter(_done())).order_by("-verified_at", "pk")


def of_patient(patient_id: UUID) -> QuerySet[LabRequest]:
    """What waits for one patient and what was verified today, in the order it was asked for."""
    mine = LabRequest.objects.filter(_waits() | _done(), patient=patient_id)
    return _dressed(mine).order_by(most_urgent(), "requested_at", "pk")


def on_file(patient_id: UUID, visit_id: UUID | None) -> list[LabRequest]:
    """Orders with results of one visit, or of the last visit that has any."""
    there = LabRequest.objects.filter(patient=patient_id, resulted_at__isnull=False)
    if visit_id is None:
        last = there.order_by("-resulted_at").first()
        visit_id = last.visit_id if last else None
    mine = there.filter(visit=visit_id).exclude(entered={})
    return list(_dressed(mine).order_by("requested_at", "pk"))


def count_waiting() -> int:
    """How many lines the worklist has: a patient once for each thing to be done."""
    pairs = LabRequest.objects.filter(_waits()).values_list("patient_id", "state")
    return len({(patient, stage_of(state)) for patient, state in pairs.order_by()})


def stage_of(state: str) -> str:
    """`collect`, `enter`, `verify` or `done`: what is to be done with an order."""
    stages = {"collect": TO_COLLECT, "enter": IN_THE_LAB, "verify": TO_VERIFY}
    return next((stage for stage, states in stages.items() if state in states), "done")


def analytes_of(requests: Iterable[LabRequest]) -> dict[UUID, list[LabTest]]:
    """For each request the tests to be answered, with their ranges: a panel's members, else itself.

    An imported order whose test the catalogue does not know is answered by its name alone.
    """
    wanted = list(requests)
    names = {one.test.name for one in wanted if one.test}
    tests = LabTest.objects.filter(Q(panel__in=names) | Q(pk__in=[one.test_id for one in wanted]))
    members: dict[str, list[LabTest]] = defaultdict(list)
    itself: dict[object, LabTest] = {}
    for test in tests.prefetch_related("ranges").order_by("position", "name"):
        members[test.panel].append(test)
        itself[test.pk] = test
    return {one.pk: _answered(one, members, itself) for one in wanted}


def most_urgent() -> Case:
    """An order: at once, urgent, routine."""
    return Case(*(When(priority=name, then=place) for place, name in enumerate(URGENCY)))


def _answered(
    request: LabRequest, members: dict[str, list[LabTest]], itself: dict[object, LabTest]
) -> list[LabTest]:
    test = itself.get(request.test_id)
    if test is None:
        return [LabTest(name=request.name, loinc=request.code[:20])]
    return [one for one in members[test.name] if one.active] or [test]


def _waits() -> Q:
    """Nobody waits for a sample of somebody who has left; what was taken is finished all the same."""
    ongoing = Visit.objects.exclude(state__in=Visit.ENDED)
    to_collect = Q(state__in=TO_COLLECT, visit__in=ongoing)
    return (
        to_collect
        | Q(state__in=BEGUN, specimen__isnull=False)
        | Q(state__in=BEGUN, visit__in=ongoing)
    )


def _done() -> Q:
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Q(state=State.VERIFIED, verified_at__gte=since)


def _dressed(requests: QuerySet[LabRequest]) -> QuerySet[LabRequest]:
    return requests.select_related(*PEOPLE, "verified_by", "specimen__received_by")
