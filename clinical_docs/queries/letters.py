"""What letters are made of, and the letters there are."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from clinical_docs.choices import unit_on_paper
from clinical_docs.models import Letter
from clinical_docs.queries.previous import Before, previous
from clinical_docs.vital_signs.signs import SIGNS
from core.accounts.models import User
from core.databases import mongo
from core.outbox import sealing
from core.outbox.models import OutboxRow
from core.outbox.queries import document_of
from core.shell.words import NO_BREAK, dose
from patients.models import LabRequest, Patient, Prescription, PrescriptionItem, Problem, Visit
from patients.queries.allergies import standing

NOT_CODES = str.maketrans({"-": "", " ": "", "O": "0", "I": "1", "L": "1"})
MOST_PROBLEMS = 10
TAKEN = ("pressure", "pulse", "temperature", "breathing", "oxygen", "weight")
IN_FORCE = (
    Prescription.State.SIGNED,
    Prescription.State.PARTIALLY_DISPENSED,
    Prescription.State.DISPENSED,
)


@dataclass(frozen=True)
class Facts:
    """What is known of a visit, in words that a letter may begin with."""

    visit: Visit
    problems: list[str]
    allergies: list[str]
    allergy_status: str
    medicines: list[str]
    signs: list[str]
    tests: list[str]

    @property
    def allergies_in_words(self) -> str:
        """The three states never look alike."""
        return ", ".join(self.allergies) or self.allergy_status


def facts_of(visit: Visit) -> Facts:
    """Problems, allergies, medicines, vital signs and tests of a visit."""
    patient = visit.patient
    problems = Problem.objects.filter(patient=patient, state=Problem.State.ACTIVE)
    tests = LabRequest.objects.filter(visit=visit).exclude(state=LabRequest.State.CANCELLED)
    return Facts(
        visit=visit,
        problems=list(dict.fromkeys(problems.values_list("title", flat=True)))[:MOST_PROBLEMS],
        allergies=[str(one) for one in standing(patient.pk)],
        allergy_status=Patient.AllergyStatus(patient.allergy_status).label,
        medicines=[medicine_in_words(one) for one in medicines_of(visit)],
        signs=_signs(previous(patient.pk), visit),
        tests=list(tests.values_list("name", flat=True)),
    )


def medicines_of(visit: Visit) -> QuerySet[PrescriptionItem]:
    """What was prescribed in the visit and signed."""
    items = PrescriptionItem.objects.filter(prescription__visit=visit)
    return items.filter(prescription__state__in=IN_FORCE).order_by("prescription", "id")


def medicine_in_words(item: PrescriptionItem) -> str:
    """In one line: name, DOSE, route, how often, how long."""
    days = f"for {item.duration_days}{NO_BREAK}days" if item.duration_days else ""
    strength = dose(item.dose, item.unit) if item.dose else ""
    needed = "if needed" if item.as_needed else ""
    parts = [item.drug, strength, item.route, item.frequency, needed, days]
    return ", ".join(part for part in parts if part)


def letters_of(visit: Visit) -> QuerySet[Letter]:
    """Those written in a visit, the last first."""
    return Letter.objects.filter(visit=visit).select_related("signed_by")


def letters_for(user: User) -> QuerySet[Letter]:
    """Letters this person may print; none for anybody else."""
    found = Letter.objects.select_related("patient", "signed_by")
    return found if user.has_perm("letters.write") else found.none()


def letter_by_code(code: str) -> Letter | None:
    """The letter with this code, however it was copied from the paper."""
    plain = code.upper().translate(NOT_CODES)
    return Letter.objects.select_related("patient", "signed_by").filter(code=plain).first()


def words_of(letter: Letter) -> dict[str, Any]:
    """The letter's document. Raises ServiceUnavailable when its store does not answer."""
    try:
        return document_of(letter.document_id)
    except OutboxRow.DoesNotExist:
        return _stored(letter.document_id)


def _stored(document_id: str) -> dict[str, Any]:
    with mongo.reading():
        found = mongo.collection("clinical_data").find_one({"_id": document_id})
    return sealing.opened("clinical_data", dict(found)) if found else {}


def _signs(known: dict[str, Before], visit: Visit) -> list[str]:
    """Those taken in this visit, with their unit on the same line."""
    lines = []
    for name in TAKEN:
        before = known.get(name)
        if before is not None and before.at >= visit.opened_at:
            sign = SIGNS["systolic" if name == "pressure" else name]
            title = "Blood pressure" if name == "pressure" else sign.name
            lines.append(f"{title} {before.shown}{NO_BREAK}{unit_on_paper(sign.unit)}")
    return lines
