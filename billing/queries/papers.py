"""Receipts, invoices and credit notes this person may see."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from billing.models import CreditNote, Invoice, Payment, Receipt
from core.accounts.models import User


def invoices_for(user: User) -> QuerySet[Invoice]:
    may = user.has_perm("billing.view_invoices")
    found = Invoice.objects.exclude(state=Invoice.State.DRAFT) if may else Invoice.objects.none()
    return found.select_related("patient", "visit")


def invoice_or_404(user: User, invoice_id: UUID) -> Invoice:
    return get_object_or_404(invoices_for(user), pk=invoice_id)


def receipt_or_404(user: User, receipt_id: UUID) -> Receipt:
    may = user.has_perm("billing.view_invoices")
    found = Receipt.objects.all() if may else Receipt.objects.none()
    return get_object_or_404(found.select_related("patient", "shift__cashier"), pk=receipt_id)


def credit_or_404(user: User, credit_id: UUID) -> CreditNote:
    may = user.has_perm("billing.view_invoices")
    found = CreditNote.objects.all() if may else CreditNote.objects.none()
    return get_object_or_404(found.select_related("patient", "invoice", "refund"), pk=credit_id)


def payments_of(receipt: Receipt) -> QuerySet[Payment]:
    """In the order in which they were booked."""
    return receipt.payments.select_related("invoice").order_by("pk")


def numbered(text: str) -> Invoice | Receipt | CreditNote | None:
    """What carries the number that was scanned or typed."""
    number = text.strip().upper()
    for model in (Receipt, Invoice, CreditNote):
        found = model.objects.filter(number=number).first()
        if found:
            return found
    return None
