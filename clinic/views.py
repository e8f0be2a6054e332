"""The front page."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from clinic import home as front
from core.accounts.access import StaffRequest, access


@require_safe
@access("home.view")
def start(request: StaffRequest) -> HttpResponse:
    """After signing in: straight to one's work."""
    return redirect(front.landing(request.user))


@require_safe
@access("home.view")
def home(request: StaffRequest) -> HttpResponse:
    """What waits for this role; the panels alone when something of them has changed."""
    user = request.user
    page: dict[str, Any] = {
        "panels": front.panels(user),
        # A cashier and an auditor see that somebody is here, not what for.
        "may_see_reasons": user.has_perm("visits.open") or user.has_perm("patients.view_clinical"),
    }
    if request.htmx:
        return render(request, "home.html#home-panels", page)
    page |= {
        "figures": front.figures(user),
        "system": front.system(user),
        "links": front.links(user),
        "recent": front.recent_patients(user, request.session.get(front.RECENT, [])),
        "may_register": user.has_perm("patients.register"),
    }
    return render(request, "home.html", page)
