"""The front page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinic import home as front
from core.accounts.access import StaffRequest, access


@require_safe
@access("home.view")
def home(request: StaffRequest) -> HttpResponse:
    """What waits for this role; the panels alone when something of them has changed."""
    template = "home.html#home-panels" if request.htmx else "home.html"
    page: dict[str, Any] = {"panels": front.panels(request.user)}
    if not request.htmx:
        page |= {
            "figures": front.figures(request.user),
            "system": front.system(request.user),
            "recent": front.recent_patients(request.user, request.session.get(front.RECENT, [])),
        }
    return render(request, template, page)
