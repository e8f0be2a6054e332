"""The pharmacy's line-up: who waits for medicines, longest first."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access
from patients.queries import pharmacy as queries


@require_safe
@access("prescriptions.view")
def pharmacy(request: StaffRequest) -> HttpResponse:
    """The line-up alone on a phone and beside nothing chosen; its rows when something changed."""
    context = line_up(request, None)
    part = "#line-up" if request.htmx else ""
    return render(request, f"patients/pharmacy.html{part}", context)


def line_up(request: StaffRequest, here: UUID | None) -> dict[str, Any]:
    """What `patients/pharmacy.html#line-up` draws; `here` is the prescription that is open."""
    text = request.GET.get("q", "").strip()
    tab = queries.tab_of(request.GET.get("tab", ""))
    here = here or _uuid(request.GET.get("here", ""))
    turns = queries.found(text) if text else queries.line_up(tab)
    counts = queries.counts()
    kept = urlencode({"tab": tab, "q": text, "here": here or ""})
    return {
        "turns": turns,
        "tab": "" if text else tab,
        "tabs": [(name, title, counts[name]) for name, title in queries.TABS],
        "q": text,
        "here": here,
        "line_up_url": f"{reverse('patients:pharmacy')}?{kept}",
        "place": _place(turns, here),
        "may_dispense": request.user.has_perm("prescriptions.dispense"),
    }


def _place(turns: list[queries.Turn], here: UUID | None) -> int:
    """Which of the line-up is open, counted from one; 0 where it is none of them."""
    ids = [turn.prescription.pk for turn in turns]
    return ids.index(here) + 1 if here in ids else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
