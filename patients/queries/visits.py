"""The visit to name beside a patient: the open one, else the last."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, When
from django.shortcuts import get_object_or_404

from core.accounts.models import User
from patients.models import Patient, Visit
from patients.queries.record import patients_for


def present_or_last(patients: Iterable[Patient]) -> dict[UUID, Visit]:
    """One visit a patient, in one question whatever their number."""
    open_first = Case(When(state__in=Visit.ENDED, then=1), default=0)
    visits = (
        Visit.objects.filter(patient__in=[patient.pk for patient in patients])
        .select_related("room", "clinician")
        .order_by("patient_id", open_first, "-opened_at")
        .distinct("patient_id")
    )
    return {visit.patient_id: visit for visit in visits}


def visit_or_404(user: User, visit_id: UUID) -> Visit:
    """The visit with its patient. Raises Http404 for a stranger as for one that does not exist."""
    mine = Visit.objects.filter(patient__in=patients_for(user))
    return get_object_or_404(mine.select_related("patient", "room"), pk=visit_id)
