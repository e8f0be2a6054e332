"""My profile."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.editing import comparison
from core.editing.keys import KeyReused, once
from core.editing.versions import Conflict, sealed
from core.factors import policy, recovery
from core.profile import domain
from core.profile.forms import PasswordForm, ProfileForm
from core.sessions import ending
from core.sessions.activity import session_of

ACTION = "profile"


@require_http_methods(["GET", "POST"])
@access("profile.edit")
def profile(request: StaffRequest) -> HttpResponse:
    """Name and how one is reached; the password has its own form on the same page."""
    if request.method == "POST":
        return _sent(request)
    return page(request, ProfileForm(instance=fresh(request)), {})


@require_POST
@access("profile.edit")
def theme(request: StaffRequest) -> HttpResponse:
    """Light, dark or as the system, kept for every device of the person."""
    chosen = request.POST.get("theme", "")
    if not domain.is_theme(chosen):
        return HttpResponseBadRequest("Choose light, dark or as the system.")
    domain.choose_theme(chosen, by=request.user)
    return HttpResponse(status=204)


def _sent(request: StaffRequest) -> HttpResponse:
    data = comparison.resolved(request.POST)
    form = ProfileForm(data, instance=fresh(request))
    if not form.is_valid():
        return page(request, form, data, status=422)
    try:
        _save_once(request, form)
    except Conflict as conflict:
        return _conflict(request, form, conflict)
    except KeyReused as error:
        form.add_error(None, str(error))
        return page(request, form, data, status=422)
    messages.success(request, "Profile saved.")
    return redirect("profile:profile")


def _save_once(request: StaffRequest, form: ProfileForm) -> None:
    values, version = form.values(), comparison.expected_version(request.POST)

    def work() -> dict[str, Any]:
        domain.change(values, version=version, by=request.user)
        return {}

    content = {**values, "version": version}
    once(form.cleaned_data["key"], work, action=ACTION, content=content, by=request.user)


def _conflict(request: StaffRequest, form: ProfileForm, conflict: Conflict) -> HttpResponse:
    user = fresh(request)
    shown = comparison.form_values(ProfileForm(instance=user))
    compared = comparison.compare(form, request.POST, shown, conflict)
    page = {"form": form, "compared": compared, "saved_at": user.updated_at}
    return render(request, "profile/conflict.html", page, status=409)


def page(
    request: StaffRequest,
    form: ProfileForm,
    data: dict[str, str],
    *,
    password_form: PasswordForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The profile with these forms, one of which may have been refused."""
    user = fresh(request)
    shown = {
        "form": form,
        "password_form": password_form or PasswordForm(request.user),
        "factors": policy.factors_of(user),
        "codes_left": recovery.left(user),
        "sessions": ending.sessions_of(user),
        "this_session": session_of(request),
        "now": timezone.now(),
        "version": data.get("version") or user.version,
        "base": data.get("base") or sealed(comparison.form_values(ProfileForm(instance=user))),
    }
    return render(request, "profile/profile.html", shown, status=status)


def fresh(request: StaffRequest) -> User:
    """Forms write into the instance they are given: never into the one the page shows."""
    return User.objects.get(pk=request.user.pk)
