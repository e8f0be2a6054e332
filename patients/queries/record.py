"""One patient, as far as a person may see one."""

from uuid import UUID

from django.db.models import QuerySet

from core.accounts.models import User
from patients.models import Patient


def patients_for(user: User) -> QuerySet[Patient]:
    """The patients this person may know of; for anybody else there are none."""
    return Patient.objects.all() if user.has_perm("patients.view") else Patient.objects.none()


def patient_for(user: User, patient_id: UUID) -> Patient | None:
    """The patient, or None for a stranger as for one who does not exist."""
    return patients_for(user).filter(pk=patient_id).first()
