"""Recording vital signs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from clinical_docs.choices import unit_on_paper
from clinical_docs.documents import ClinicalData
from clinical_docs.policies import require
from clinical_docs.vital_signs.panel import WORDS, panel
from clinical_docs.vital_signs.signs import SIGNS
from clinical_docs.vital_signs.whom import Whom
from core.accounts.models import User
from core.capture.context import acting
from core.clock import today
from core.errors import ClinicError
from patients.models import Patient

MOST_PAIN = 10


class NothingMeasured(ClinicError):
    """At least one value is needed; each must be one that can be measured."""


def record(
    patient_id: UUID,
    *,
    values: Mapping[str, Any],
    scale_2: bool = False,
    visit_id: UUID | None = None,
    by: User,
) -> ClinicalData:
    """Store what was measured as one document, with letters by age, BMI and NEWS2.

    `values` by the names of SIGNS in their units, supply, consciousness, pain and pregnancy.
    Raises NothingMeasured, NotAllowed or Patient.DoesNotExist.
    """
    require(by, "vitals.record")
    refuse_impossible(values)
    whom = whom_of(Patient.objects.only("birth_date", "sex").get(pk=patient_id))
    vitals = ClinicalData(
        patient_id=str(patient_id),
        visit_id=str(visit_id) if visit_id else None,
        data_type="vital_signs",
        data=panel(values, whom, scale_2=scale_2),
        created_by=str(by.pk),
    )
    with acting(user_id=by.pk), transaction.atomic():
        vitals.save()
    return vitals


def withdraw(document: Mapping[str, Any], *, by: User) -> ClinicalData:
    """Say of a document that it was entered in error: the one that supersedes it says so."""
    require(by, "vitals.record")
    names = ("patient_id", "visit_id", "data_type", "data")
    taken_back = ClinicalData(
        **{name: document[name] for name in names if document.get(name)},
        status="entered_in_error",
        supersedes=str(document["_id"]),
        created_by=str(by.pk),
    )
    with acting(user_id=by.pk), transaction.atomic():
        taken_back.save()
    return taken_back


def whom_of(patient: Patient) -> Whom:
    """Of which age and sex the patient is today."""
    return Whom.of(patient.birth_date, patient.sex, today())


def refuse_impossible(values: Mapping[str, Any]) -> None:
    """Raises NothingMeasured for nothing at all, and for what nobody can have."""
    if not values:
        raise NothingMeasured("Enter at least one value.")
    for name, value in values.items():
        if name in SIGNS:
            _refuse_outside(name, value)
        elif name in WORDS and value not in WORDS[name]:
            raise NothingMeasured(f"“{value}” cannot be chosen.")
        elif name == "pain" and not 0 <= value <= MOST_PAIN:
            raise NothingMeasured(f"Pain lies between 0 and {MOST_PAIN}.")


def _refuse_outside(name: str, value: Decimal) -> None:
    sign = SIGNS[name]
    if not sign.least <= value <= sign.most:
        unit = unit_on_paper(sign.unit)
        raise NothingMeasured(f"{sign.name} must be between {sign.least} and {sign.most} {unit}.")
