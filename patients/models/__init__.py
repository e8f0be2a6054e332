"""The tables of care, a module per thing."""

from patients.models.appointment import Appointment
from patients.models.dispense import Dispense
from patients.models.glass import BreakGlassGrant, Restriction, RestrictionPermit
from patients.models.history import (
    Allergy,
    AllergyGroup,
    DiagnosisCode,
    Immunisation,
    Problem,
    VisitProblem,
)
from patients.models.laboratory import (
    CriticalCall,
    LabRequest,
    LabTest,
    ReferenceRange,
    Specimen,
)
from patients.models.patient import Patient, PatientIdentifier
from patients.models.prescription import (
    Prescription,
    PrescriptionFavourite,
    PrescriptionItem,
)
from patients.models.queue import Ticket, TicketMove
from patients.models.visit import Room, Visit, VisitTransition

__all__ = [
    "Allergy",
    "AllergyGroup",
    "Appointment",
    "BreakGlassGrant",
    "CriticalCall",
    "DiagnosisCode",
    "Dispense",
    "Immunisation",
    "LabRequest",
    "LabTest",
    "Patient",
    "PatientIdentifier",
    "Prescription",
    "PrescriptionFavourite",
    "PrescriptionItem",
    "Problem",
    "ReferenceRange",
    "Restriction",
    "RestrictionPermit",
    "Room",
    "Specimen",
    "Ticket",
    "TicketMove",
    "Visit",
    "VisitProblem",
    "VisitTransition",
]
