"""Making a record restricted, and like any other again."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.accounts.roles import PERMISSIONS
from core.errors import ClinicError
from core.timeline import queries as timeline
from patients.domain import glass
from patients.forms.glass import LiftForm, RestrictForm
from patients.models import Patient, Restriction, RestrictionPermit
from patients.queries.record import patient_or_404

RESTRICT = "patients.restrict"


@require_http_methods(["GET", "POST"])
@access(RESTRICT)
def restrict(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Who may open it, and why only they."""
    patient = patient_or_404(request.user, patient_id)
    there = Restriction.objects.filter(patient=patient).first()
    form = RestrictForm(request.POST or None, people=_people(), initial=_as_it_is(patient, there))
    if request.method == "POST" and form.is_valid():
        glass.restrict(patient.pk, **form.cleaned_data, by=request.user)
        messages.success(request, "The record is restricted.")
        return redirect("patients:record", patient.pk)
    status = 422 if request.method == "POST" else 200
    return _page(request, patient, there, form, LiftForm(), status)


@require_POST
@access(RESTRICT)
def lift(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """For everybody again, with the reason."""
    patient = patient_or_404(request.user, patient_id)
    form = LiftForm(request.POST)
    if form.is_valid():
        try:
            glass.lift(patient.pk, reason=form.cleaned_data["reason"], by=request.user)
        except ClinicError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, "The record is like any other again.")
            return redirect("patients:record", patient.pk)
    there = Restriction.objects.filter(patient=patient).first()
    asked = RestrictForm(people=_people(), initial=_as_it_is(patient, there))
    return _page(request, patient, there, asked, form, 422)


def _page(
    request: StaffRequest,
    patient: Patient,
    there: Restriction | None,
    form: RestrictForm,
    lifting: LiftForm,
    status: int,
) -> HttpResponse:
    known = timeline.head(patient.pk, request.user).facts.get("allergies")
    context = {
        "patient": patient,
        "allergies": known,
        "restriction": there,
        "form": form,
        "lifting": lifting,
    }
    return render(request, "patients/restrict.html", context, status=status)


def _people() -> QuerySet[User]:
    """Those whose role opens records at all."""
    roles = [role for role, granted in PERMISSIONS.items() if "patients.view_clinical" in granted]
    return User.objects.filter(is_active=True, roles__overlap=roles)


def _as_it_is(patient: Patient, there: Restriction | None) -> dict[str, Any]:
    if there is None:
        return {}
    named = RestrictionPermit.objects.filter(patient=patient).values_list("user_id", flat=True)
    return {"kind": there.kind, "note": there.note, "permitted": list(named)}
