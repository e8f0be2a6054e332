"""The panel of allergies: a fragment of triage and the consultation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from core.accounts.access import StaffRequest, access
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.domain import allergies
from patients.forms.allergies import AllergyForm, WithdrawForm
from patients.models import Allergy, Patient
from patients.queries.allergies import standing, substances, withdrawn
from patients.queries.record import patient_or_404

STATES: dict[str, Callable[..., Patient]] = {
    "none_known": allergies.none_known,
    "not_asked": allergies.not_asked,
}


@require_http_methods(["GET", "POST"])
@access("patients.view_clinical")
def panel(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The list; POST adds a substance, or says that none is known or that nobody asked."""
    patient = patient_or_404(request.user, patient_id)
    if request.method != "POST":
        return _page(request, patient)
    state = STATES.get(request.POST.get("state", ""))
    if state is not None:
        return _say(request, patient, lambda: state(patient_id, by=request.user))
    return _add(request, patient, AllergyForm(request.POST))


@require_safe
@access("patients.view_clinical")
def search(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Substances that hold what is typed."""
    patient_or_404(request.user, patient_id)
    found = substances(request.GET.get("substance", "")[:100])
    return render(request, "patients/allergies.html#found", {"found": found})


@require_http_methods(["GET", "POST"])
@access("allergies.edit")
def withdraw(request: StaffRequest, patient_id: UUID, allergy_id: UUID) -> HttpResponse:
    """Asks why it is wrong; then it is off the list."""
    patient = patient_or_404(request.user, patient_id)
    allergy = get_object_or_404(standing(patient.pk), pk=allergy_id)
    form = WithdrawForm(request.POST or None, initial={"version": allergy.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def work() -> Allergy:
            reason, version = given["reason"], given["version"]
            return allergies.withdraw(allergy_id, reason=reason, version=version, by=request.user)

        if error := _once(request, patient, form, work, f"withdraw {allergy_id}"):
            form.add_error(None, error)
        else:
            answer = _changed(_page(request, patient), patient)
            undo = reverse("patients:allergy_restore", args=[patient.pk, allergy_id])
            return toast(answer, f"{allergy.substance} is off the list.", undo=undo)
    status = 422 if form.is_bound else 200
    return _page(request, patient, status=status, leaving=allergy, why=form)


@require_POST
@access("allergies.edit")
def restore(request: StaffRequest, patient_id: UUID, allergy_id: UUID) -> HttpResponse:
    """A withdrawal is taken back; the pages that show it hear of it."""
    patient = patient_or_404(request.user, patient_id)
    allergy = get_object_or_404(withdrawn(patient.pk), pk=allergy_id)
    try:
        allergies.restore(allergy.pk, by=request.user)
    except ClinicError as error:
        return toast(HttpResponse(status=409), str(error), kind="warn")
    answer = toast(HttpResponse(status=200), f"{allergy.substance} is on the list again.")
    return _changed(answer, patient)


def _add(request: StaffRequest, patient: Patient, form: AllergyForm) -> HttpResponse:
    if form.is_valid():
        given = form.cleaned_data

        def work() -> Allergy:
            what = {name: given[name] for name in ("substance", "reaction", "criticality")}
            return allergies.add(patient.pk, **what, by=request.user)

        if error := _once(request, patient, form, work, "allergy"):
            form.add_error("substance", error)
        else:
            answer = _changed(_page(request, patient, grew=True), patient)
            return toast(answer, f"{given['substance']} is on the list of allergies.")
    return _page(request, patient, status=422, form=form)


def _once(
    request: StaffRequest,
    patient: Patient,
    form: forms.Form,
    work: Callable[[], Allergy],
    action: str,
) -> str:
    """What went wrong, in words; nothing when it is done."""

    def keyed() -> dict[str, Any]:
        return {"allergy": str(work().pk)}

    content = {**form.cleaned_data, "patient": str(patient.pk)}
    key = form.cleaned_data["key"]
    try:
        once(key, keyed, action=action, content=content, by=request.user)
    except ClinicError as error:
        return str(error)
    return ""


def _say(request: StaffRequest, patient: Patient, work: Callable[[], Patient]) -> HttpResponse:
    try:
        work()
    except ClinicError as error:
        return toast(_page(request, patient), str(error), kind="warn")
    return _changed(_page(request, patient), patient)


def _changed(answer: HttpResponse, patient: Patient) -> HttpResponse:
    """The writer's own page asks at once: its banner says what was said here."""
    return trigger_client_event(answer, f"live:patient:{patient.pk}", after="settle")


def _page(
    request: StaffRequest,
    patient: Patient,
    *,
    status: int = 200,
    form: AllergyForm | None = None,
    **more: Any,
) -> HttpResponse:
    fresh = Patient.objects.select_related("allergies_asked_by").get(pk=patient.pk)
    page = {
        "patient": fresh,
        "allergies": standing(patient.pk),
        "withdrawn": withdrawn(patient.pk),
        "form": form or AllergyForm(),
        "may_edit": request.user.has_perm("allergies.edit"),
        **more,
    }
    return render(request, "patients/allergies.html", page, status=status)
