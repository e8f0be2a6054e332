"""The visit to name beside a patient: the open one, else the last."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Case, When

from patients.models import Patient, Visit


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
