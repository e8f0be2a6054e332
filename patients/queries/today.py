"""Who is in the house, and what waits to be done."""

from datetime import date

from django.db.models import Case, QuerySet, When

from core.clock import today
from patients.models import LabRequest, Patient, Prescription, Visit

TO_DISPENSE = (Prescription.State.SIGNED, Prescription.State.PARTIALLY_DISPENSED)
IN_THE_LAB = (
    LabRequest.State.REQUESTED,
    LabRequest.State.COLLECTED,
    LabRequest.State.RECEIVED,
    LabRequest.State.IN_PROGRESS,
    LabRequest.State.RESULTED,
)
URGENCY = (LabRequest.Priority.STAT, LabRequest.Priority.URGENT, LabRequest.Priority.ROUTINE)


def open_visits() -> QuerySet[Visit]:
    """Visits that have not ended, whoever came first on top."""
    ongoing = Visit.objects.exclude(state__in=Visit.ENDED)
    return ongoing.select_related("patient", "room", "clinician").order_by("opened_at")


def visits_of(day: date | None = None) -> QuerySet[Visit]:
    """Visits that began on the day, by default today."""
    return Visit.objects.filter(opened_at__date=day or today())


def lab_requests_waiting() -> QuerySet[LabRequest]:
    """Ordered in a visit that is still open and not verified, the most urgent first."""
    waiting = LabRequest.objects.filter(state__in=IN_THE_LAB, visit__in=open_visits())
    most_urgent = Case(*(When(priority=name, then=place) for place, name in enumerate(URGENCY)))
    return waiting.select_related("patient").order_by(most_urgent, "requested_at")


def prescriptions_to_dispense() -> QuerySet[Prescription]:
    """Signed in a visit that is still open, the oldest first."""
    waiting = Prescription.objects.filter(state__in=TO_DISPENSE, visit__in=open_visits())
    return waiting.select_related("patient").prefetch_related("items").order_by("written_at")


def in_order(ids: list[str]) -> list[Patient]:
    """The patients of these ids, in the order given; ids of nobody are left out."""
    found = {str(patient.pk): patient for patient in Patient.objects.filter(pk__in=ids)}
    return [found[key] for key in ids if key in found]
