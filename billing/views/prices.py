"""The price list, to look things up."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.queries.prices import price_list
from core.accounts.access import StaffRequest, access
from core.clock import today


@require_safe
@access("billing.view_invoices")
def prices(request: StaffRequest) -> HttpResponse:
    """As it is today; with `?q=` what has the word in its name."""
    text = request.GET.get("q", "").strip()[:60]
    page = {"groups": price_list(today(), text), "q": text, "on": today()}
    return render(request, "billing/prices.html", page)
