"""The glass before a restricted record: who is let through, and breaking it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.access import StaffRequest, access
from core.door import proving
from core.errors import ClinicError
from core.factors import policy
from core.factors.errors import WrongCode
from core.shell.middleware import is_fragment, refused
from core.shell.words import clinic_time
from patients.domain import glass as domain
from patients.forms.glass import GlassForm
from patients.queries import glass, whose
from patients.queries.record import patient_or_404

BREAK = "patients.break_glass"
OPEN_TO_THE_HOUSE = ("queue.", "appointments.", "visits.open", "billing.", "patients.search")
NOT_GATED = (*OPEN_TO_THE_HOUSE, "privacy.", "patients.restrict", BREAK)
"""Lists that say who is here and what is to be paid: the house must go on. What lies in a record
is behind the glass."""
SHUT = "This record is restricted, and yours is not one of the names that may open it."
SHUT_MEANWHILE = (
    "This record is closed to you again. Open it anew in another window; what you typed stays here."
)


def gate(request: StaffRequest, permission: str, parts: dict[str, Any]) -> HttpResponseBase | None:
    """Lets through all but those who are neither named nor have broken the glass."""
    patient = whose.patient_in(parts)
    if patient is None or permission.startswith(NOT_GATED) or _looks_after_it(request, permission):
        return None
    found = glass.restriction_for(request.user, patient)
    if found is None or found.is_permitted:  # type: ignore[attr-defined]
        return None
    if found.is_open and (grant := glass.open_grant(request.user, found.patient_id)):  # type: ignore[attr-defined]
        request.glass = grant  # type: ignore[attr-defined]
        request.because = {"reason": grant.words, "purpose": "BTG", "grant_id": str(grant.pk)}
        return None
    return _shut(request, found.patient_id)


def _looks_after_it(request: StaffRequest, permission: str) -> bool:
    """The privacy officer reads trails and sees who a record is about, nothing clinical."""
    is_officer = request.user.has_perm("privacy.review")
    return is_officer and permission in ("audit.view_record", "patients.view")


def _shut(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    if not request.user.has_perm(BREAK):
        return refused(request, SHUT)
    if is_fragment(request) or request.method not in ("GET", "HEAD"):
        return refused(request, SHUT_MEANWHILE)
    glass_at = reverse("patients:glass", args=[patient_id])
    return redirect(f"{glass_at}?{urlencode({'next': request.get_full_path()})}")


@require_http_methods(["GET", "POST"])
@access(BREAK)
def glass_of(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Asks why, and for the password; then goes where one was going."""
    whose_record = patient_or_404(request.user, patient_id)
    form = GlassForm(request.POST or None, asks_code=_asks_code(request))
    if request.method == "POST" and form.is_valid() and _break(request, patient_id, form):
        return redirect(_next(request, patient_id))
    context = {"patient": whose_record, "form": form, "next": _next(request, patient_id)}
    status = 422 if request.method == "POST" else 200
    return render(request, "patients/glass.html", context, status=status)


def _asks_code(request: StaffRequest) -> bool:
    """Of whoever has a second step, unless they have just come in with a passkey."""
    kinds = policy.kinds_of(request.user)
    return bool(kinds) and ("totp" in kinds or not proving.is_fresh(request))


def _break(request: StaffRequest, patient_id: UUID, form: GlassForm) -> bool:
    typed = form.cleaned_data
    if not _proved(request, form):
        return False
    try:
        made = domain.break_glass(
            patient_id, reason=typed["reason"], words=typed["words"], by=request.user
        )
    except ClinicError as error:
        form.add_error("words", str(error))
        return False
    until = clinic_time(made.ends_at)
    messages.warning(request, f"The record is open to you until {until}. It will be reviewed.")
    return True


def _proved(request: StaffRequest, form: GlassForm) -> bool:
    """The code first: a right password must not make guessing codes free."""
    typed = form.cleaned_data
    try:
        if "code" in typed:
            proving.by_code(request, request.user, typed["code"])
        proving.by_password(request, request.user, typed["password"])
    except WrongCode as error:
        form.add_error("code", str(error))
    except ClinicError as error:
        form.add_error("password", str(error))
    return not form.errors


@require_POST
@access(BREAK)
def close(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Done before the hour is over."""
    domain.close(patient_or_404(request.user, patient_id).pk, by=request.user)
    messages.success(request, "The record is closed again.")
    return redirect("home")


def _next(request: StaffRequest, patient_id: UUID) -> str:
    """Where the person was going, within this house."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(asked, allowed_hosts={request.get_host()}):
        return asked
    return reverse("patients:record", args=[patient_id])
