"""The record of a patient: banner, facts, timeline."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access
from core.timeline import pages, queries
from core.timeline.entries import Cursor
from patients.models import Patient
from patients.queries.record import patient_or_404
from patients.views.banner import banner_of

RECENT = "recent_patients"
MOST_RECENT = 8


@require_safe
@access("patients.view")
def record(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The whole page; its timeline alone when something has changed; older entries on scroll."""
    patient = patient_or_404(request.user, patient_id)
    head = queries.head(patient.pk, request.user)
    before = Cursor.parse(request.GET.get("before", ""))
    page = pages.page(
        patient.pk, request.user, head, kind=request.GET.get("kind", ""), before=before
    )
    context: dict[str, Any] = {
        "patient": patient,
        "page": page,
        "head": head,
        "may": _may(request),
    }
    if request.htmx:
        part = "older" if before else "timeline"
        return render(request, f"patients/record.html#{part}", context)
    _note_recent(request, patient)
    return render(request, "patients/record.html", {**context, **banner_of(request, patient, head)})


@require_safe
@access("patients.view")
def banner(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The banner as it is now."""
    patient = patient_or_404(request.user, patient_id)
    head = queries.head(patient.pk, request.user)
    context = {"patient": patient, **banner_of(request, patient, head)}
    return render(request, "patients/banner_place.html", context)


def _note_recent(request: StaffRequest, patient: Patient) -> None:
    """Among those this person saw last."""
    key, known = str(patient.pk), request.session.get(RECENT, [])
    if known[:1] != [key]:
        request.session[RECENT] = [key, *(one for one in known if one != key)][:MOST_RECENT]


def _may(request: StaffRequest) -> dict[str, bool]:
    return {
        "care": request.user.has_perm("patients.view_clinical"),
        "vitals": request.user.has_perm("vitals.record"),
        "notes": request.user.has_perm("notes.write"),
        "letters": request.user.has_perm("letters.write"),
        "results": request.user.has_perm("lab.view"),
    }
