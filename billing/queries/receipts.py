"""What a receipt says: the same words on the page, on the roll and on A4, today and in a year."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from billing.models import CreditNote, Invoice, InvoiceLine, Payment, Receipt
from billing.queries.papers import payments_of
from core.shell.words import clinic_date, clinic_datetime, dose, money
from patients.queries.paper import on_paper

ZERO = Decimal("0.00")
TIMES = "\u00d7"


def receipt_in_words(receipt: Receipt) -> dict[str, Any]:
    """Invoices with their lines, what was paid and how, and what was still owed then."""
    payments = list(payments_of(receipt))
    invoices = list({payment.invoice_id: payment.invoice for payment in payments}.values())
    bills = [_bill(invoice, receipt, payments) for invoice in invoices]
    return {
        "number": receipt.number,
        "at": clinic_datetime(receipt.taken_at),
        "cashier": receipt.shift.cashier.display_name,
        "patient": on_paper(receipt.patient),
        "bills": [words for words, _ in bills],
        "total": money(receipt.total),
        "ways": _ways(payments),
        "received": money(receipt.cash_received) if receipt.change else "",
        "change": money(receipt.change) if receipt.change else "",
        "owed": money(sum((owed for _, owed in bills), ZERO)),
    }


def _ways(payments: Sequence[Payment]) -> list[list[str]]:
    """Each way of paying once, however many invoices it was for."""
    sums: dict[tuple[str, str], Decimal] = {}
    for one in payments:
        way = (str(one.get_method_display()), one.reference)
        sums[way] = sums.get(way, ZERO) + one.amount
    return [[" ".join(filter(None, way)), money(amount)] for way, amount in sums.items()]


def _bill(
    invoice: Invoice, receipt: Receipt, payments: Sequence[Payment]
) -> tuple[dict[str, Any], Decimal]:
    """The invoice as it stood with this receipt, and what was left of it."""
    paid = sum((p.amount for p in payments if p.invoice_id == invoice.pk), ZERO)
    before, credited = _before(invoice, receipt), _credited(invoice, receipt)
    words = {
        "number": invoice.number,
        "date": clinic_date(invoice.issued_at),
        "lines": [_line(line) for line in invoice.lines.order_by("pk")],
        "before": money(-before) if before else "",
        "credited": money(-credited) if credited else "",
        "rest": money(invoice.total - before - credited),
    }
    return words, invoice.total - before - credited - paid


def _before(invoice: Invoice, receipt: Receipt) -> Decimal:
    """What had been paid on it earlier, less what had gone back."""
    earlier = invoice.payments.filter(received_at__lt=receipt.taken_at)
    came, went = Q(kind=Payment.Kind.PAYMENT), ~Q(kind=Payment.Kind.PAYMENT)
    sums = earlier.aggregate(came=Sum("amount", filter=came), went=Sum("amount", filter=went))
    return (sums["came"] or ZERO) - (sums["went"] or ZERO)


def _credited(invoice: Invoice, receipt: Receipt) -> Decimal:
    earlier = CreditNote.objects.filter(invoice=invoice, issued_at__lt=receipt.taken_at)
    return earlier.aggregate(sum=Sum("amount"))["sum"] or ZERO


def _line(line: InvoiceLine) -> list[str]:
    many = f" {TIMES} {dose(line.quantity)}" if line.quantity != 1 else ""
    return [f"{line.description}{many}", money(line.net)]
