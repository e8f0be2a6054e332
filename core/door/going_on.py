"""Where somebody goes on to, once let in."""

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme


def next_of(request: HttpRequest) -> str:
    """Only within the clinic, wherever the address claims to lead.

    Who came to the front door itself goes on to their own work.
    """
    return safe(request, request.POST.get("next") or request.GET.get("next") or "")


def safe(request: HttpRequest, wanted: str) -> str:
    """The address where it is one of ours, else where their own work is."""
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(wanted, here, require_https=request.is_secure())
    return wanted if is_ours and wanted != "/" else resolve_url(settings.LOGIN_REDIRECT_URL)
