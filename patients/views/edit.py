"""Changing a patient. Who saves second sees both versions, field by field, and loses nothing."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.access import StaffRequest, access
from core.editing import comparison, drafts
from core.editing.keys import KeyReused, once
from core.editing.versions import Conflict, sealed
from core.timeline import queries
from patients.domain import patients
from patients.forms.patient import PatientForm
from patients.models import Patient
from patients.queries.duplicates import alike
from patients.queries.record import patient_or_404
from patients.views.banner import banner_of

CHANGED = "edit-patient"


@require_http_methods(["GET", "POST"])
@access("patients.edit")
def edit(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The form; `?draft` shows it as this person left it."""
    patient = patient_or_404(request.user, patient_id)
    if request.method == "POST":
        return _sent(request, patient)
    draft = drafts.find(CHANGED, str(patient.pk), by=request.user)
    if draft and "draft" in request.GET:
        return _page(request, patient, PatientForm(draft.fields, instance=patient), draft.fields)
    return _page(request, patient, PatientForm(instance=patient), {}, draft=draft)


@require_POST
@access("patients.edit")
def alike_to(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Who else looks like the person as typed."""
    patient = patient_or_404(request.user, patient_id)
    found = alike(PatientForm(request.POST).candidate(), besides=patient.pk)
    return render(request, "patients/alike.html", {"likenesses": found, "patient": patient})


def _sent(request: StaffRequest, patient: Patient) -> HttpResponse:
    data = comparison.resolved(request.POST)
    form = PatientForm(data, instance=patient)
    if not form.is_valid():
        return _page(request, patient, form, data, status=422)
    try:
        _save_once(request, patient, form)
    except Conflict as conflict:
        return _conflict(request, patient, form, conflict)
    except KeyReused as error:
        form.add_error(None, str(error))
        return _page(request, patient, form, data, status=422)
    messages.success(request, "Changes saved.")
    return redirect("patients:record", patient.pk)


def _save_once(request: StaffRequest, patient: Patient, form: PatientForm) -> None:
    values, version = form.values(), comparison.expected_version(request.POST)

    def work() -> dict[str, Any]:
        patients.update(patient.pk, values, version=version, by=request.user)
        drafts.discard(CHANGED, str(patient.pk), by=request.user)
        return {}

    content = {**values, "version": version}
    once(form.cleaned_data["key"], work, action=CHANGED, content=content, by=request.user)


def _conflict(
    request: StaffRequest, patient: Patient, form: PatientForm, conflict: Conflict
) -> HttpResponse:
    """Both versions side by side; what only one of the two changed is taken already."""
    patient.refresh_from_db()
    with suppress(drafts.DraftTooLong):
        drafts.save(CHANGED, str(patient.pk), form.data, by=request.user)
    shown = comparison.form_values(PatientForm(instance=patient))
    compared = comparison.compare(form, request.POST, shown, conflict)
    page = {"patient": patient, "form": form, "compared": compared}
    return _render(request, "patients/conflict.html", patient, page, status=409)


def _page(
    request: StaffRequest,
    patient: Patient,
    form: PatientForm,
    data: dict[str, str],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Version and what the form showed first travel with it."""
    patient.refresh_from_db()
    page = {
        "patient": patient,
        "form": form,
        "version": data.get("version") or patient.version,
        "base": data.get("base") or sealed(comparison.form_values(PatientForm(instance=patient))),
        "likenesses": alike(form.candidate(), besides=patient.pk) if form.is_bound else [],
        **more,
    }
    return _render(request, "patients/edit.html", patient, page, status=status)


def _render(
    request: StaffRequest, template: str, patient: Patient, page: dict[str, Any], *, status: int
) -> HttpResponse:
    head = queries.head(patient.pk, request.user)
    return render(request, template, {**page, **banner_of(request, patient, head)}, status=status)
