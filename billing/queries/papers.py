"""Receipts, invoices and credit notes this person may see."""

import re
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from billing.models import CreditNote, Invoice, Payment, Receipt
from core.accounts.models import User

SHAPE = re.compile(r"[A-Z]{1,3}-\d{4}-\d{1,9}")
SEE = "billing.view_invoices"


def invoices_for(user: User) -> QuerySet[Invoice]:
    may = user.has_perm(SEE)
    found = Invoice.objects.exclude(state=Invoice.State.DRAFT) if may else Invoice.objects.none()
    return found.select_related("patient", "visit")


def invoice_or_404(user: User, invoice_id: UUID) -> Invoice:
    return get_object_or_404(invoices_for(user), pk=invoice_id)


def receipt_or_404(user: User, receipt_id: UUID) -> Receipt:
    may = user.has_perm(SEE)
    found = Receipt.objects.all() if may else Receipt.objects.none()
    return get_object_or_404(found.select_related("patient", "shift__cashier"), pk=receipt_id)


def credit_or_404(user: User, credit_id: UUID) -> CreditNote:
    may = user.has_perm(SEE)
    found = CreditNote.objects.all() if may else CreditNote.objects.none()
    return get_object_or_404(found.select_related("patient", "invoice", "refund"), pk=credit_id)


def payments_of(receipt: Receipt) -> QuerySet[Payment]:
    """In the order in which they were booked."""
    return receipt.payments.select_related("invoice").order_by("pk")


def url_of_number(user: User, text: str) -> str:
    """The page of the receipt or invoice with this number, for whom may see it."""
    looks_like_one = SHAPE.fullmatch(text.strip().upper()) and user.has_perm(SEE)
    found = numbered(text) if looks_like_one else None
    return url_of(found) if found else ""


def url_of(thing: Invoice | Receipt | CreditNote) -> str:
    """Where it is looked at; a credit note stands with its invoice."""
    if isinstance(thing, Receipt):
        return reverse("billing:receipt", args=[thing.pk])
    invoice_id = thing.invoice_id if isinstance(thing, CreditNote) else thing.pk
    return reverse("billing:invoice", args=[invoice_id])


def numbered(text: str) -> Invoice | Receipt | CreditNote | None:
    """What carries the number that was scanned or typed."""
    number = text.strip().upper()
    for model in (Receipt, Invoice, CreditNote):
        found = model.objects.filter(number=number).first()
        if found:
            return found
    return None
