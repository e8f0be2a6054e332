"""A receipt: looked at, printed, and where a refund of it begins."""

from typing import Any
from uuid import UUID

from csp.constants import SELF
from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from billing.domain.receipts import count_print
from billing.models import Payment, Receipt
from billing.queries.papers import payments_of, receipt_or_404
from billing.queries.receipts import receipt_in_words
from billing.queries.refunds import refundable
from core import paper
from core.accounts.access import StaffRequest, access


@require_safe
@access("billing.view_invoices")
def receipt(request: StaffRequest, receipt_id: UUID) -> HttpResponse:
    """The receipt as it was printed, and what can be done with it."""
    found = receipt_or_404(request.user, receipt_id)
    return render(request, "billing/receipt.html", receipt_page(request, found))


def receipt_page(request: StaffRequest, found: Receipt) -> dict[str, Any]:
    """What a receipt needs on a page."""
    return {
        "receipt": found,
        "patient": found.patient,
        "said_on_it": receipt_in_words(found),
        "payments": [(one, refundable(one)) for one in payments_of(found)],
        "methods": Payment.Method.choices,
        "may_refund": request.user.has_perm("billing.refund"),
    }


# The printer's frame is a page of ours, and nobody else's.
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]
@xframe_options_sameorigin
@require_safe
@access("billing.view_invoices")
def receipt_paper(request: StaffRequest, receipt_id: UUID) -> HttpResponse:
    """On a roll of 80 mm, or with `?size=a4`; every print after the first says that it is a copy."""
    found = receipt_or_404(request.user, receipt_id)
    prints = count_print(found)
    copy = f"· copy {prints - 1}" if prints > 1 else ""
    codes = {"barcode": paper.barcode(found.number), "currency": settings.CURRENCY, "copy": copy}
    return paper.answer(
        request,
        "billing/receipt",
        {**receipt_in_words(found), **codes},
        filename=found.number,
        size="a4" if request.GET.get("size") == "a4" else "roll",
        copy=prints > 1,
        entity_type="receipt",
        entity_id=found.pk,
        patient_id=found.patient_id,
    )
