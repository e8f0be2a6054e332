"""Reading a code with the device's camera."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access


@require_safe
@access("patients.search")
def scan(request: StaffRequest) -> HttpResponse:
    """The camera's picture; the one page that may use it."""
    answer = render(request, "patients/scan.html")
    answer.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
    return answer
