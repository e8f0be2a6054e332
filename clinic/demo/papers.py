"""What is measured, found and written today, as documents."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from clinic.demo.chance import dice
from clinical_docs.documents import ClinicalData
from clinical_docs.domain.vitals import whom_of
from clinical_docs.vital_signs.panel import panel
from core.accounts.models import User
from core.capture.context import acting
from patients.models import Visit

MEASURES: tuple[tuple[str, str, str, str], ...] = (
    ("systolic", "112", "36", "22"),
    ("diastolic", "68", "20", "10"),
    ("pulse", "62", "22", "34"),
    ("temperature", "36.3", "0.7", "2.1"),
    ("breathing", "13", "5", "8"),
    ("oxygen", "96", "3", "-5"),
)
"""Sign, least, how much it varies, how much illness adds."""


def record_vitals(visit: Visit, is_ill: bool, *, by: User) -> None:
    """One set of vital signs, scored as at triage."""
    values: dict[str, Any] = {"supply": "air", "consciousness": "A"}
    for sign, least, varies, illness in MEASURES:
        share = Decimal(dice("vital", sign, visit.pk) % 100) / 100
        value = Decimal(least) + Decimal(varies) * share + Decimal(illness) * is_ill
        values[sign] = round(value, 1 if sign == "temperature" else 0)
    save_document(visit, "vital_signs", panel(values, whom_of(visit.patient)), 6, by=by)


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
