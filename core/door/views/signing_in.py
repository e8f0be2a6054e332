"""Signing in and out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts import signing_in
from core.accounts.demo import accounts_to_show
from core.accounts.models import User
from core.door import halfway
from core.door.coming_in import come_in
from core.door.forms import SignInForm
from core.door.going_on import next_of
from core.factors import policy
from core.sessions import opening


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. Says nothing about any patient, and leads back to where one came from."""
    form, status = SignInForm(request.POST or None), 200
    if request.user.is_authenticated:
        return redirect(next_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _knows_password(request, signing_in.check(request, **form.cleaned_data))
        except signing_in.NotLetIn as error:
            form.add_error(None, str(error))
            status = error.status
    page = {"form": form, "next": next_of(request), "accounts": accounts_to_show()}
    return render(request, "accounts/sign_in.html", page, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; the pages of it hear so within seconds."""
    opening.end(request)
    answer = redirect("accounts:sign_in")
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _knows_password(request: HttpRequest, user: User) -> HttpResponse:
    """In, or on to the second step for whoever has one."""
    if not policy.factors_of(user).exists():
        come_in(request, user)
        return redirect(next_of(request))
    halfway.begin(request, user, then=next_of(request))
    return redirect("accounts:second_step")
