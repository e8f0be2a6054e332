"""Whose record an address is about, by what stands in it."""

from typing import Any

from django.db.models import F, Model, QuerySet

from patients.models import (
    Allergy,
    Appointment,
    Dispense,
    LabRequest,
    Patient,
    Prescription,
    PrescriptionItem,
    Problem,
    Specimen,
    Ticket,
    Visit,
)

# The narrower first: a line of a visit's address lies within the visit.
_known: dict[str, tuple[type[Model], str]] = {
    "patient_id": (Patient, "pk"),
    "visit_id": (Visit, "patient_id"),
    "ticket_id": (Ticket, "patient_id"),
    "prescription_id": (Prescription, "patient_id"),
    "dispense_id": (Dispense, "patient_id"),
    "problem_id": (Problem, "patient_id"),
    "appointment_id": (Appointment, "patient_id"),
    "request_id": (LabRequest, "patient_id"),
    "specimen_id": (Specimen, "patient_id"),
    "allergy_id": (Allergy, "patient_id"),
    "line_id": (PrescriptionItem, "prescription__patient_id"),
}


def register(part: str, model: type[Model], column: str = "patient_id") -> None:
    """The apps above name what of theirs belongs to a patient."""
    _known[part] = (model, column)


def parts() -> set[str]:
    """Every part of an address that tells whose it is."""
    return set(_known)


def patient_in(parts_of_address: dict[str, Any]) -> QuerySet[Any, Any] | None:
    """A subquery of the one patient's id, or None for an address about nobody."""
    for part, (model, column) in _known.items():
        if part in parts_of_address:
            found = model._default_manager.filter(pk=parts_of_address[part])
            return found.values(whose=F(column))[:1]
    return None
