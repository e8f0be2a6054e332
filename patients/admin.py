"""Patients and their care in the administration: master data is kept here, records are not."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.administration.tables import Clinical, Kept, ReadOnly, Table
from patients.models import (
    Allergy,
    AllergyGroup,
    Appointment,
    BreakGlassGrant,
    CriticalCall,
    DiagnosisCode,
    Dispense,
    Immunisation,
    LabRequest,
    LabTest,
    Patient,
    PatientIdentifier,
    Prescription,
    PrescriptionFavourite,
    PrescriptionItem,
    Problem,
    ReferenceRange,
    Restriction,
    RestrictionPermit,
    Room,
    Specimen,
    Ticket,
    TicketMove,
    Visit,
    VisitProblem,
    VisitTransition,
)

PATIENT = ("=patient__mrn", "patient__family_name")


@admin.register(Patient)
class Patients(Kept):
    """Who a patient is; names, dates and addresses may be put right."""

    list_display = ("mrn", "family_name", "given_names", "birth_date", "sex", "deceased_at")
    list_filter = ("sex", "allergy_status")
    search_fields = ("=mrn", "family_name", "given_names")
    exclude = ("metadata",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The record number is given when the row is saved."""
        fields = super().get_readonly_fields(request, obj)
        return ["mrn", *fields] if obj else fields


@admin.register(Restriction)
class Restrictions(ReadOnly):
    """Set on the record's own page, by those who may."""

    list_display = ("patient", "kind", "created_at")
    list_select_related = ("patient",)
    list_filter = ("kind",)
    search_fields = PATIENT


@admin.register(RestrictionPermit)
class RestrictionPermits(ReadOnly):
    list_display = ("patient", "user")
    list_select_related = ("patient", "user")
    search_fields = PATIENT


@admin.register(BreakGlassGrant)
class BreakGlassGrants(ReadOnly):
    """Reviewed on the privacy officer's page."""

    list_display = ("begins_at", "user", "patient", "reason", "reviewed_at", "finding")
    list_select_related = ("patient", "user")
    list_filter = ("reason", "finding")
    search_fields = PATIENT


@admin.register(PatientIdentifier)
class PatientIdentifiers(ReadOnly):
    list_display = ("patient", "system")
    list_select_related = ("patient",)
    search_fields = ("=value", *PATIENT)


@admin.register(Room)
class Rooms(Kept):
    list_display = ("name", "kind", "active")
    list_filter = ("kind", "active")
    search_fields = ("name",)


@admin.register(Visit)
class Visits(Clinical):
    list_display = ("opened_at", "patient", "kind", "state", "room", "clinician", "closed_at")
    plain = list_display
    list_select_related = ("patient", "room", "clinician")
    list_filter = ("state", "kind", "room")
    search_fields = PATIENT
    date_hierarchy = "opened_at"


@admin.register(Appointment)
class Appointments(Clinical):
    list_display = ("period", "patient", "provider", "room", "state", "overbooked")
    plain = list_display
    list_select_related = ("patient", "provider", "room")
    list_filter = ("state", "provider", "room")
    search_fields = PATIENT


@admin.register(Allergy)
class Allergies(Clinical):
    list_display = ("patient", "substance", "criticality", "verification", "active")
    plain = ("patient", "active", "recorded_at")
    list_select_related = ("patient",)
    list_filter = ("criticality", "active")
    search_fields = ("substance", *PATIENT)


@admin.register(AllergyGroup)
class AllergyGroups(Kept):
    list_display = ("name", "note")
    search_fields = ("name",)


@admin.register(Problem)
class Problems(Clinical):
    list_display = ("patient", "title", "code", "state", "recorded_at")
    plain = ("patient", "recorded_at")
    list_select_related = ("patient",)
    list_filter = ("state",)
    search_fields = ("title", "=code", *PATIENT)


@admin.register(VisitProblem)
class VisitProblems(Clinical):
    list_display = ("visit", "patient", "problem")
    plain = ("visit", "patient")
    list_select_related = ("visit", "patient", "problem")
    search_fields = PATIENT


@admin.register(Immunisation)
class Immunisations(Clinical):
    list_display = ("patient", "vaccine", "state", "given_at")
    plain = ("patient", "given_at")
    list_select_related = ("patient",)
    list_filter = ("state",)
    search_fields = ("vaccine", "=lot_number", *PATIENT)


@admin.register(DiagnosisCode)
class DiagnosisCodes(ReadOnly):
    list_display = ("code", "title", "billable")
    list_filter = ("billable",)
    search_fields = ("^code", "title")


@admin.register(LabTest)
class LabTests(Kept):
    list_display = ("code", "name", "panel", "unit", "specimen", "active")
    list_filter = ("active", "panel")
    search_fields = ("=code", "=loinc", "name")


@admin.register(ReferenceRange)
class ReferenceRanges(Table):
    list_display = ("test", "sex", "age_days", "low", "high", "unit", "source")
    list_select_related = ("test",)
    list_filter = ("sex",)
    search_fields = ("=test__code", "test__name")


@admin.register(LabRequest)
class LabRequests(Clinical):
    list_display = ("requested_at", "patient", "name", "priority", "state", "verified_at")
    plain = ("requested_at", "patient", "priority", "state", "verified_at")
    list_select_related = ("patient",)
    list_filter = ("state", "priority")
    search_fields = ("name", *PATIENT)
    date_hierarchy = "requested_at"


@admin.register(Specimen)
class Specimens(Clinical):
    list_display = ("accession", "patient", "kind", "collected_at", "received_at")
    plain = ("accession", "patient", "collected_at", "received_at")
    list_select_related = ("patient",)
    search_fields = ("=accession", *PATIENT)


@admin.register(CriticalCall)
class CriticalCalls(Clinical):
    list_display = ("told_at", "patient", "told_to", "how", "read_back", "by")
    plain = list_display
    list_select_related = ("patient", "by")
    search_fields = ("told_to", *PATIENT)
    date_hierarchy = "told_at"


@admin.register(Prescription)
class Prescriptions(Clinical):
    list_display = ("written_at", "patient", "prescriber", "state", "signed_at")
    plain = list_display
    list_select_related = ("patient", "prescriber")
    list_filter = ("state",)
    search_fields = PATIENT
    date_hierarchy = "written_at"


@admin.register(PrescriptionItem)
class PrescriptionItems(Clinical):
    list_display = ("patient", "drug", "dose", "unit", "quantity", "dispensed_quantity")
    plain = ("patient", "quantity", "dispensed_quantity")
    list_select_related = ("patient",)
    search_fields = ("drug", *PATIENT)


@admin.register(PrescriptionFavourite)
class PrescriptionFavourites(ReadOnly):
    list_display = ("text", "user")
    list_select_related = ("user",)
    search_fields = ("text", "user__username")


@admin.register(Ticket)
class Tickets(ReadOnly):
    list_display = ("__str__", "service_day", "patient", "service", "state", "queued_at")
    list_select_related = ("patient",)
    list_filter = ("service", "state")
    search_fields = PATIENT


@admin.register(TicketMove)
class TicketMoves(ReadOnly):
    list_display = ("ticket", "act", "by", "created_at")
    list_select_related = ("ticket", "by")
    list_filter = ("act",)


@admin.register(VisitTransition)
class VisitTransitions(ReadOnly):
    list_display = ("visit", "from_state", "to_state", "at")
    list_select_related = ("visit",)
    list_filter = ("to_state",)


@admin.register(Dispense)
class Dispenses(Clinical):
    list_display = (
        "dispensed_at",
        "patient",
        "outcome",
        "item",
        "quantity",
        "returned_quantity",
        "by",
    )
    plain = ("dispensed_at", "patient", "outcome", "quantity", "returned_quantity", "by")
    list_select_related = ("patient", "item", "by")
    list_filter = ("outcome",)
    search_fields = ("=lot__lot_number", "item__name", *PATIENT)
    date_hierarchy = "dispensed_at"
