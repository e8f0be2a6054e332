"""The cashier's shift, and everybody's for who looks after them."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from billing.domain import shifts
from billing.forms.shifts import CloseForm, OpenForm
from billing.models import CashierShift, RefundRequest
from billing.queries.documents import shift_in_words
from billing.queries.shifts import drawer_of, open_shift_of, shifts_for
from core import paper
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from core.shell.toasts import Link, say

PAGE = 40


@require_safe
@access("billing.work_shift")
def shift(request: StaffRequest) -> HttpResponse:
    """One's own shift: open it, look into the drawer, close it. The figures alone on news."""
    part = "#shift-figures" if request.htmx else ""
    return render(request, f"billing/shift.html{part}", _page(request))


def _page(request: StaffRequest, **forms: Any) -> dict[str, Any]:
    mine = open_shift_of(request.user)
    last = shifts_for(request.user).filter(cashier=request.user).exclude(closed_at=None).first()
    pending = mine.refund_requests.filter(state__in=RefundRequest.PENDING).count() if mine else 0
    return {
        "shift": mine,
        "drawer": drawer_of(mine) if mine else None,
        "pending": pending,
        "last": last,
        "open_form": OpenForm(initial={"opening_float": last.opening_float if last else None}),
        "close_form": CloseForm(),
        **forms,
    }


@require_POST
@access("billing.work_shift")
def open_shift(request: StaffRequest) -> HttpResponse:
    form = OpenForm(request.POST)
    if form.is_valid():
        try:
            shifts.open_shift(form.cleaned_data["opening_float"], by=request.user)
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            say(request, "Your shift is open.")
            return redirect("billing:till")
    return render(request, "billing/shift.html", _page(request, open_form=form), status=422)


@require_POST
@access("billing.work_shift")
def close_shift(request: StaffRequest, shift_id: UUID) -> HttpResponse:
    """The count; then the hand-over slip. What was counted stays in the form when it is refused."""
    mine = get_object_or_404(CashierShift, pk=shift_id, cashier=request.user)
    if mine.state == CashierShift.State.CLOSED:
        say(request, f"{mine} is closed already.", kind="warn")
        return HttpResponseClientRedirect(reverse("billing:shift_of", args=[mine.pk]))
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            shifts.close(mine.pk, form.counts(), reason=reason, by=request.user)
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            slip = reverse("billing:shift_paper", args=[mine.pk])
            say(request, f"{mine} is closed.", link=Link("Hand-over slip", slip, is_paper=True))
            return HttpResponseClientRedirect(reverse("billing:shift_of", args=[mine.pk]))
    page = _page(request, close_form=form)
    return render(request, "billing/shift.html#close-form", page, status=422)


@require_safe
@access("billing.view_shifts")
def list_shifts(request: StaffRequest) -> HttpResponse:
    """Everybody's, the last first; the open ones with what is in their drawers now."""
    found = shifts_for(request.user).order_by("-opened_at")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "here": request.get_full_path()}
    part = "#shift-list" if request.htmx else ""
    return render(request, f"billing/shifts.html{part}", context)


@require_safe
@access("billing.view_till")
def shift_of(request: StaffRequest, shift_id: UUID) -> HttpResponse:
    """One shift as its slip says it."""
    found = get_object_or_404(shifts_for(request.user), pk=shift_id)
    page = {"shift": found, "said": shift_in_words(found)}
    return render(request, "billing/shift_of.html", page)


@require_safe
@access("billing.view_till")
def shift_paper(request: StaffRequest, shift_id: UUID) -> HttpResponse:
    """The hand-over slip."""
    found = get_object_or_404(shifts_for(request.user), pk=shift_id)
    return paper.answer(
        request,
        "billing/shift",
        shift_in_words(found),
        filename=found.number,
        entity_type="cashier_shift",
        entity_id=found.pk,
    )
