"""Last values and charts: fetched by the record page after it has been shown."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinical_docs.queries.record import Measured
from clinical_docs.queries.record import measured as ask
from core.accounts.access import StaffRequest, access
from core.errors import ServiceUnavailable
from patients.queries.record import patient_or_404


@require_safe
@access("patients.view_clinical")
def measured(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The last vital signs and results with their trend; the charts go to their own place."""
    patient_or_404(request.user, patient_id)
    try:
        found: Measured | None = ask(patient_id)
    except ServiceUnavailable:
        found = None
    return render(request, "clinical_docs/measured.html", {"found": found})
