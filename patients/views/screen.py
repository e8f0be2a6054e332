"""The screen of the waiting room."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access, for_all_eyes
from patients.queries import screen as queries


@for_all_eyes
@require_safe
@access("queue.view")
def screen(request: StaffRequest) -> HttpResponse:
    """Numbers and rooms for a television; the numbers alone when something has changed."""
    page = {"screen": queries.screen(), "now": timezone.now()}
    name = "patients/screen.html#screen" if request.htmx else "patients/screen.html"
    return render(request, name, page)
