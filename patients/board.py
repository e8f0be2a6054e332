"""What patients themselves put on a card of the queue: allergies in words, tests one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from core.shell.words import clinic_time
from patients.cards import Fact, Line
from patients.models import Allergy, LabRequest, Visit

State = LabRequest.State
IN_WORDS = {
    State.REQUESTED: "to be taken",
    State.COLLECTED: "taken",
    State.RECEIVED: "in the lab",
    State.IN_PROGRESS: "running",
    State.RESULTED: "to be verified",
    State.REJECTED: "rejected",
}


def allergies_of(visits: Sequence[Visit]) -> Mapping[UUID, list[str]]:
    """By visit, what the patient must not get."""
    told = Allergy.objects.filter(active=True, patient__in=[visit.patient_id for visit in visits])
    told = told.exclude(verification__in=["entered-in-error", "refuted"])
    of_patient: defaultdict[UUID, list[str]] = defaultdict(list)
    for patient_id, substance in told.values_list("patient_id", "substance").order_by("substance"):
        if substance not in of_patient[patient_id]:
            of_patient[patient_id].append(substance)
    return {v.pk: of_patient[v.patient_id] for v in visits if v.patient_id in of_patient}


def tests_of(visits: Sequence[Visit]) -> Mapping[UUID, list[Line]]:
    """By visit, every test and how far it is."""
    ordered = LabRequest.objects.filter(visit__in=visits).exclude(state=State.CANCELLED)
    lines: defaultdict[UUID | None, list[Line]] = defaultdict(list)
    for request in ordered.order_by("requested_at", "id"):
        lines[request.visit_id].append(line_of(request))
    return {visit.pk: lines[visit.pk] for visit in visits if visit.pk in lines}


def line_of(request: LabRequest) -> Line:
    if request.state == State.VERIFIED:
        return Line(request.name, clinic_time(request.verified_at), done=True)
    return Line(request.name, IN_WORDS[State(request.state)])


FACTS = (
    Fact("allergies", "patients.view_clinical", allergies_of),
    Fact("tests", "patients.view_clinical", tests_of),
)
