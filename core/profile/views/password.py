"""A new password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.accounts.access import StaffRequest, access
from core.door.going_on import next_of
from core.profile import domain
from core.profile.forms import PasswordForm, ProfileForm
from core.profile.views.profile import fresh, page
from core.sessions.activity import session_of


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@access("profile.edit")
def password(request: StaffRequest) -> HttpResponse:
    """This session goes on under a new key, all others of the person end.

    A page of its own for whom an administrator gave the present one; a part of the profile else.
    """
    if request.method == "GET" and not request.user.must_change_password:
        return redirect("profile:profile")
    form = PasswordForm(fresh(request), request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _asked(request, form)
    must = request.user.must_change_password
    new = form.cleaned_data["new_password1"]
    domain.change_password(new, by=request.user, session=session_of(request))
    update_session_auth_hash(request, request.user)
    messages.success(request, "Password changed. Other devices are signed out.")
    return redirect(next_of(request) if must else "profile:profile")


def _asked(request: StaffRequest, form: PasswordForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if request.user.must_change_password:
        shown = {"form": form, "next": next_of(request)}
        return render(request, "profile/new_password.html", shown, status=status)
    own = ProfileForm(instance=fresh(request))
    return page(request, own, {}, password_form=form, status=status)
