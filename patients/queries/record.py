"""One patient, as far as a person may see one."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from core.accounts.models import User
from patients.models import Patient


def patients_for(user: User) -> QuerySet[Patient]:
    """The patients this person may know of; for anybody else there are none."""
    return Patient.objects.all() if user.has_perm("patients.view") else Patient.objects.none()


def patient_or_404(user: User, patient_id: UUID) -> Patient:
    """The patient. Raises Http404 for a stranger as for one who does not exist."""
    return get_object_or_404(patients_for(user), pk=patient_id)
