"""The trail of one patient's record: who saw and changed what."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.views import showing
from core.accounts.access import StaffRequest, access
from core.reads import tell_as
from core.shell.acts import Act
from core.timeline import queries
from patients.queries.record import patient_or_404


@require_safe
@access("audit.view_record")
def patient(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Newest first, with what is still on its way. Opening it is itself written to the audit."""
    whose = patient_or_404(request.user, patient_id)
    context = showing.shown(request, showing.form_of(request.GET, str(whose.pk)))
    context |= {"patient": whose, "clear_url": request.path}
    if request.htmx:
        return render(request, "audit/patient.html#trail", context)
    tell_as("view_audit", entity_id=whose.pk)
    acts = [
        Act("Record", reverse("patients:record", args=[whose.pk]), key="e"),
        Act("Who saw it", reverse("audit:looked", args=[whose.pk])),
    ]
    allergies = queries.head(whose.pk, request.user).facts.get("allergies")
    return render(request, "audit/patient.html", {**context, "acts": acts, "allergies": allergies})
