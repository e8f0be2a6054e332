"""What is measured, found and written today, as documents."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from clinic.demo.chance import dice
from clinical_docs.documents import ClinicalData
from core.accounts.models import User
from core.capture.context import acting
from patients.models import Visit

Measure = tuple[str, str, str, float, float, float]

MEASURES: tuple[Measure, ...] = (
    ("Systolic blood pressure", "8480-6", "mm[Hg]", 112, 36, 22),
    ("Diastolic blood pressure", "8462-4", "mm[Hg]", 68, 20, 10),
    ("Heart rate", "8867-4", "/min", 62, 22, 34),
    ("Body temperature", "8310-5", "Cel", 36.3, 0.7, 2.1),
    ("Respiratory rate", "9279-1", "/min", 13, 5, 8),
    ("Oxygen saturation", "2708-6", "%", 96, 3, -5),
)
"""Name, LOINC code, unit, least, how much it varies, how much illness adds."""


def record_vitals(visit: Visit, is_ill: bool, *, by: User) -> None:
    """One set of vital signs."""
    data: dict[str, Any] = {"test_name": "Vital signs", "results": {}, "reference_ranges": {}}
    data |= {"units": {}, "names": {}, "codes": {}}
    for name, code, unit, least, varies, illness in MEASURES:
        key = name.lower().replace(" ", "_")
        share = dice("vital", code, visit.pk) % 100 / 100
        value = least + varies * share + illness * is_ill
        data["results"][key] = round(value, 1) if unit == "Cel" else round(value)
        data["units"][key], data["names"][key], data["codes"][key] = unit, name, code
    save_document(visit, "vital_signs", data, 6, by=by)


def write_note(visit: Visit, findings: str, plan: str, *, by: User) -> None:
    sections = [("Subjective", visit.reason), ("Objective", findings), ("Plan", plan)]
    data = {
        "template": "Progress note",
        "title": "Progress note",
        "sections": [{"title": title, "text": text} for title, text in sections],
        "text": "",
        "signed_by": by.display_name,
    }
    save_document(visit, "clinical_note", data, 20, by=by)


def save_document(
    visit: Visit, data_type: str, data: dict[str, Any], minute: int, *, by: User, **known: str
) -> ClinicalData:
    """Dated so many minutes after the patient came, as far as that is past."""
    at = min(visit.opened_at + timedelta(minutes=minute), timezone.now())
    with acting(user_id=by.pk):
        return ClinicalData(
            patient_id=str(visit.patient_id),
            visit_id=str(visit.pk),
            data_type=data_type,
            data=data,
            created_by=str(by.pk),
            created_at=at,
            **known,
        ).save()
