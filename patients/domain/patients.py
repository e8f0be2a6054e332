"""Registering and changing a patient."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.accounts.models import User
from core.capture.context import acting
from core.editing.versions import Conflict
from core.errors import ClinicError
from patients.models import Patient
from patients.policies import require
from patients.queries.duplicates import VERY_LIKELY, Candidate, Likeness, alike

# Changing one of these by hand goes through this module.
EDITABLE = (
    "family_name",
    "given_names",
    "other_names",
    "birth_date",
    "birth_date_estimated",
    "sex",
    "phone",
    "email",
    "address",
    "national_id",
    "next_of_kin",
    "next_of_kin_phone",
    "language",
)
REGISTERING = "register patient"


class LooksLikeSomebody(ClinicError):
    """Very likely registered already; the person at the desk decides."""

    def __init__(self, likeness: Likeness) -> None:
        super().__init__(f"{likeness.patient} looks like the same person. Compare before saving.")
        self.likeness = likeness


def register(values: Mapping[str, Any], *, is_another_person: bool = False, by: User) -> Patient:
    """Add a patient; the database gives the record number.

    Registrations follow one another, so that of two people registering the same patient the second
    sees the first's. Raises LooksLikeSomebody unless `is_another_person`, and NotAllowed.
    """
    require(by, "patients.register")
    reason = "looked at the record that is alike: another person" if is_another_person else None
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        _one_at_a_time()
        if not is_another_person:
            _refuse_somebody_known(values)
        return Patient.objects.create(**{name: values[name] for name in EDITABLE if name in values})


def update(patient_id: UUID, values: Mapping[str, Any], *, version: int, by: User) -> Patient:
    """Change what differs, if nobody has saved the patient since `version` was read.

    Raises Conflict with what they saved, NotAllowed, or Patient.DoesNotExist.
    """
    require(by, "patients.edit")
    with acting(user_id=by.pk), transaction.atomic():
        patient = Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
        if patient.version != version:
            raise Conflict(editable_values(patient), patient.version, patient.updated_by)
        changed = [name for name in EDITABLE if name in values and _differs(patient, name, values)]
        for name in changed:
            setattr(patient, name, values[name])
        if changed:
            patient.save(update_fields=changed)
        return patient


def editable_values(patient: Patient) -> dict[str, Any]:
    """What the edit form shows."""
    return {name: getattr(patient, name) for name in EDITABLE}


def _differs(patient: Patient, name: str, values: Mapping[str, Any]) -> bool:
    return bool(getattr(patient, name) != values[name])


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [REGISTERING])


def _refuse_somebody_known(values: Mapping[str, Any]) -> None:
    known = {name: values[name] for name in Candidate.__dataclass_fields__ if name in values}
    likest = next(iter(alike(Candidate(**known))), None)
    if likest is not None and likest.score >= VERY_LIKELY:
        raise LooksLikeSomebody(likest)
