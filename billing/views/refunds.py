"""Refunds and discounts that somebody has to allow."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from billing.domain import discounts, refunds
from billing.forms.refunding import RefundForm
from billing.models import Discount, Payment, RefundRequest
from billing.queries.bill import discount_in_words
from billing.queries.refunds import (
    discounts_to_decide,
    pending_refunds,
    refund_requests,
)
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from core.shell.toasts import Link, toast

MOST_DECIDED = 30


@require_safe
@access("billing.view_till")
def list_refunds(request: StaffRequest) -> HttpResponse:
    """What waits, and what was decided last."""
    part = "#refund-list" if request.htmx else ""
    return render(request, f"billing/refunds.html{part}", _page(request))


def _page(request: StaffRequest) -> dict[str, Any]:
    user = request.user
    decided = refund_requests(user).exclude(state__in=RefundRequest.PENDING)
    return {
        "pending": list(pending_refunds(user)),
        "discounts": [(one, discount_in_words(one)) for one in discounts_to_decide()],
        "decided": list(decided[:MOST_DECIDED]),
        "may_approve": user.has_perm("billing.approve"),
        "may_pay": user.has_perm("billing.refund"),
        "me": user.pk,
    }


@require_POST
@access("billing.refund")
def ask(request: StaffRequest, payment_id: UUID) -> HttpResponse:
    """A refund of a payment is asked for."""
    payment = get_object_or_404(Payment, pk=payment_id)
    form = RefundForm(request.POST, prefix=str(payment.pk))
    if not form.is_valid():
        return _refusal(" ".join(str(one) for errors in form.errors.values() for one in errors))
    given = form.cleaned_data
    try:
        refunds.ask(
            payment.pk,
            given["amount"],
            method=given["method"],
            reason=given["reason"],
            credits=not given["still_owed"],
            by=request.user,
        )
    except ClinicError as error:
        return _refusal(str(error))
    link = Link("Refunds", reverse("billing:refunds"))
    answer = toast(HttpResponse(status=204), "The refund is asked for.", link=link)
    return trigger_client_event(answer, "dialog:done")


@require_POST
@access("billing.approve")
def decide(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """`allow` or not, with a note."""
    allow, note = "allow" in request.POST, request.POST.get("note", "")[:200]
    try:
        refunds.decide(_known(request, request_id).pk, allow=allow, note=note, by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    return _list(request, "The refund is approved." if allow else "The refund is refused.")


@require_POST
@access("billing.approve")
def decide_discount(request: StaffRequest, discount_id: UUID) -> HttpResponse:
    discount = get_object_or_404(Discount, pk=discount_id)
    allow, note = "allow" in request.POST, request.POST.get("note", "")[:200]
    try:
        discounts.decide(discount.pk, allow=allow, note=note, by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    return _list(request, "The discount is allowed." if allow else "The discount is refused.")


@require_POST
@access("billing.refund")
def withdraw(request: StaffRequest, request_id: UUID) -> HttpResponse:
    try:
        refunds.withdraw(_known(request, request_id).pk, by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    return _list(request, "The refund is withdrawn.")


@require_POST
@access("billing.refund")
def pay_out(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Out of one's own drawer; the credit note is one press away."""
    try:
        paid = refunds.pay_out(_known(request, request_id).pk, by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    note = getattr(paid.refund, "credit_note", None)
    paper = reverse("billing:credit_paper", args=[note.pk]) if note else ""
    link = Link("Credit note", paper, is_paper=True) if note else None
    return _list(request, "The refund is paid out.", link)


def _known(request: StaffRequest, request_id: UUID) -> RefundRequest:
    return get_object_or_404(refund_requests(request.user), pk=request_id)


def _list(request: StaffRequest, text: str, link: Link | None = None) -> HttpResponse:
    answer = render(request, "billing/refunds.html#refund-list", _page(request))
    return toast(answer, text, link=link)


def _refusal(text: str) -> HttpResponse:
    return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), text, kind="danger")
