"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts import signing_in
from core.accounts.demo import accounts_to_show
from core.accounts.forms import SignInForm
from core.outbox.domain import put_fact


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. Says nothing about any patient, and leads back to where one came from."""
    form, status = SignInForm(request.POST or None), 200
    if request.user.is_authenticated:
        return redirect(_next(request))
    if request.method == "POST" and form.is_valid():
        try:
            login(request, signing_in.check(request, **form.cleaned_data))
        except signing_in.NotLetIn as error:
            form.add_error(None, str(error))
            status = error.status
        else:
            return redirect(_next(request))
    page = {"form": form, "next": _next(request), "accounts": accounts_to_show()}
    return render(request, "accounts/sign_in.html", page, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; the pages of it hear so within seconds."""
    if request.user.is_authenticated:
        put_fact("logout", entity_type="user", entity_id=request.user.pk)
    logout(request)
    answer = redirect("accounts:sign_in")
    answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _next(request: HttpRequest) -> str:
    """Where to go on: only within the clinic, wherever the address claims to lead.

    Who came to the front door itself goes on to their own work.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, here, require_https=request.is_secure())
    return wanted if is_ours and wanted != "/" else resolve_url(settings.LOGIN_REDIRECT_URL)
