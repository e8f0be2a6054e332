"""Registering a patient; whoever looks alike is shown beside the form while it is typed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.editing.keys import KeyReused, once
from core.shell.words import person_name
from patients.domain import patients
from patients.forms.patient import PatientForm
from patients.queries.duplicates import Likeness
from patients.queries.duplicates import alike as find_alike

NEW = "register-patient"


@require_http_methods(["GET", "POST"])
@access("patients.register")
def register(request: StaffRequest) -> HttpResponse:
    """The form, with what this person was typing last time; a new patient."""
    if "afresh" in request.POST:
        drafts.discard(NEW, "", by=request.user)
        return redirect("patients:register")
    if request.method == "POST":
        return _register(request, PatientForm(request.POST))
    draft = drafts.find(NEW, "", by=request.user)
    form = PatientForm(initial=draft.fields if draft else None)
    likenesses = _likenesses(PatientForm(draft.fields)) if draft else []
    return _page(request, form, likenesses, draft=draft)


@require_POST
@access("patients.register")
def alike(request: StaffRequest) -> HttpResponse:
    """Who looks like the person being typed."""
    page = {"likenesses": _likenesses(PatientForm(request.POST)), "sent": request.POST}
    return render(request, "patients/alike.html", page)


def _register(request: StaffRequest, form: PatientForm) -> HttpResponse:
    if form.is_valid():
        try:
            patient_id = _once(request, form)
        except (patients.LooksLikeSomebody, KeyReused) as error:
            form.add_error(None, str(error))
        else:
            name = person_name(form.values()["family_name"], form.values()["given_names"])
            messages.success(request, f"{name} is registered.")
            return redirect("patients:record", patient_id)
    return _page(request, form, _likenesses(form), status=422)


def _once(request: StaffRequest, form: PatientForm) -> str:
    values = form.values()
    is_another = "is_another_person" in request.POST

    def work() -> dict[str, Any]:
        made = patients.register(values, is_another_person=is_another, by=request.user)
        drafts.discard(NEW, "", by=request.user)
        return {"patient": str(made.pk)}

    content = {**values, "another": is_another}
    key = form.cleaned_data["key"]
    return str(once(key, work, action=NEW, content=content, by=request.user)["patient"])


def _likenesses(form: PatientForm) -> list[Likeness]:
    return find_alike(form.candidate())


def _page(
    request: StaffRequest,
    form: PatientForm,
    likenesses: list[Likeness],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    page = {"form": form, "likenesses": likenesses, "sent": request.POST, **more}
    return render(request, "patients/register.html", page, status=status)
