"""Registering and editing a patient, with duplicates and conflicts shown."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.editing import drafts
from core.editing.keys import KeyReused, once
from core.editing.versions import Conflict, sealed, unsealed
from patients.domain import patients
from patients.forms.patient import PatientForm
from patients.models import Patient
from patients.queries.duplicates import alike as find_alike
from patients.queries.record import patient_for

NEW, CHANGED = "register-patient", "edit-patient"


@require_http_methods(["GET", "POST"])
@access("patients.register")
def register(request: StaffRequest) -> HttpResponse:
    """A new patient; whoever looks alike is shown beside the form while it is typed."""
    form = PatientForm(request.POST or _draft(request, NEW))
    if request.method == "POST" and form.is_valid():
        try:
            patient_id = _register_once(request, form)
        except (patients.LooksLikeSomebody, KeyReused) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Patient registered.")
            return redirect("patients:record", patient_id)
    page = {"form": form, "likenesses": find_alike(form.candidate()) if form.is_bound else []}
    return render(request, "patients/register.html", page, status=_status(request, form))


@require_safe
@access("patients.register")
def alike(request: StaffRequest) -> HttpResponse:
    """Who looks like the person being typed."""
    found = find_alike(PatientForm(request.GET).candidate())
    return render(request, "patients/register.html#alike", {"likenesses": found})


@require_http_methods(["GET", "POST"])
@access("patients.edit")
def edit(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Change a patient. Who saves second sees both versions and loses nothing."""
    patient = patient_for(request.user, patient_id)
    if patient is None:
        raise Http404
    if request.method == "POST":
        return _save(request, patient)
    form = PatientForm(instance=patient)
    return render(request, "patients/edit.html", _edit_page(patient, form))


def _register_once(request: StaffRequest, form: PatientForm) -> str:
    values = form.values()
    is_another = "is_another_person" in request.POST

    def work() -> dict[str, Any]:
        made = patients.register(values, is_another_person=is_another, by=request.user)
        drafts.discard(NEW, "", by=request.user)
        return {"patient": str(made.pk)}

    content = {**values, "another": is_another}
    key = form.cleaned_data["key"]
    return str(once(key, work, action=NEW, content=content, by=request.user)["patient"])


def _save(request: StaffRequest, patient: Patient) -> HttpResponse:
    data = _resolved(request, patient)
    form = PatientForm(data, instance=patient)
    if not form.is_valid():
        return render(request, "patients/edit.html", _edit_page(patient, form, data), status=422)
    values, version = form.values(), _number(data.get("version"))

    def work() -> dict[str, Any]:
        patients.update(patient.pk, values, version=version, by=request.user)
        drafts.discard(CHANGED, str(patient.pk), by=request.user)
        return {}

    try:
        content = {**values, "version": version}
        once(form.cleaned_data["key"], work, action=CHANGED, content=content, by=request.user)
    except Conflict as conflict:
        return _conflict(request, patient, form, conflict)
    except KeyReused as error:
        form.add_error(None, str(error))
        return render(request, "patients/edit.html", _edit_page(patient, form, data), status=422)
    messages.success(request, "Changes saved.")
    return redirect("patients:record", patient.pk)


def _resolved(request: StaffRequest, patient: Patient) -> dict[str, str]:
    """What was sent. From the conflict page, each field as it was chosen there."""
    data = request.POST.dict()
    for name, choice in list(data.items()):
        field = name.removeprefix("choose-")
        if field != name and choice == "theirs":
            data[field] = data.get(f"theirs-{field}", "")
    return data


def _conflict(
    request: StaffRequest, patient: Patient, form: PatientForm, conflict: Conflict
) -> HttpResponse:
    """Both versions side by side; what only one of the two changed is taken already."""
    patient.refresh_from_db()
    shown = form_values(PatientForm(instance=patient))
    conflict.current = shown
    fields = conflict.fields(unsealed(form.data.get("base", "")), form.data)
    their = User.objects.filter(pk=str(conflict.by)).first() if conflict.by else None
    page = {
        "patient": patient,
        "form": form,
        "their_name": their.display_name if their else "Somebody",
        "both": [_labelled(form, f) for f in fields if f.changed_by == "both"],
        "one": [_labelled(form, f) for f in fields if f.changed_by in ("mine", "theirs")],
        "same": [_labelled(form, f) for f in fields if f.changed_by in ("nobody", "same")],
        "version": conflict.version,
        "base": sealed(shown),
    }
    return render(request, "patients/conflict.html", page, status=409)


def _labelled(form: PatientForm, field: Any) -> dict[str, Any]:
    """A compared field with its label, and choices in words."""
    bound = form[field.name]
    choices = dict(getattr(bound.field, "choices", ()))
    taken = field.theirs if field.changed_by == "theirs" else field.mine
    words = {
        part: choices.get(getattr(field, part), getattr(field, part))
        for part in ("before", "mine", "theirs")
    }
    return {
        "name": field.name,
        "label": bound.label,
        "by": field.changed_by,
        "raw": field,
        "value": taken,
        "shown": choices.get(taken, taken),
        **words,
    }


def _edit_page(
    patient: Patient, form: PatientForm, data: dict[str, str] | None = None
) -> dict[str, Any]:
    """Version and what the form showed first travel with it."""
    data = data or {}
    return {
        "patient": patient,
        "form": form,
        "version": data.get("version") or patient.version,
        "base": data.get("base") or sealed(form_values(PatientForm(instance=patient))),
    }


def form_values(form: PatientForm) -> dict[str, Any]:
    """Every visible field as the form writes it."""
    return {bound.name: bound.value() or "" for bound in form.visible_fields()}


def _draft(request: StaffRequest, name: str) -> dict[str, str] | None:
    """What this person was typing last time; a fresh key, since nothing was sent."""
    kept = drafts.find(name, "", by=request.user)
    if request.method != "GET" or kept is None:
        return None
    return {**kept.fields, "key": str(PatientForm().fields["key"].initial())}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else -1


def _status(request: StaffRequest, form: PatientForm) -> int:
    return 422 if request.method == "POST" and form.errors else 200
