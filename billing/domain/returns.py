"""A medicine came back: what it cost is not owed, and what was paid for it goes back."""

from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from billing.domain import credits
from billing.models import Charge, Invoice, InvoiceLine, Payment, RefundRequest
from billing.queries.refunds import refundable
from core.accounts.models import User

CENT = Decimal("0.01")
State = Charge.State


def take_back(source_type: str, source_id: UUID, quantity: Decimal, *, by: User) -> None:
    """An open charge is lowered; on an invoice what is still owed is credited, and for what was
    paid a refund is asked, which somebody has to allow and a cashier to pay out.
    """
    sources = Charge.objects.filter(source_type=source_type, source_id=source_id)
    charge = sources.select_for_update(no_key=True).first()
    if charge is None or charge.state == State.VOID:
        return
    if charge.state == State.OPEN:
        _lessen(charge, quantity)
    else:
        _credit(charge, quantity, by)


def _lessen(charge: Charge, quantity: Decimal) -> None:
    if quantity >= charge.quantity:
        charge.state = State.VOID
    else:
        charge.quantity -= quantity
    charge.save(update_fields=["state", "quantity"])


def _credit(charge: Charge, quantity: Decimal, by: User) -> None:
    invoice = Invoice.objects.select_for_update(no_key=True).get(lines__charge=charge)
    reason = f"Returned: {charge.description}"[:300]
    amount = _worth(charge, quantity, invoice)
    owed = min(amount, invoice.balance)
    if owed > 0:
        credits.credit(invoice, owed, reason=reason)
    if amount > owed:
        _ask_back(invoice, amount - owed, reason, by)


def _worth(charge: Charge, quantity: Decimal, invoice: Invoice) -> Decimal:
    """What was billed for so much of it: a discount on the bill counts for its part."""
    nets = invoice.lines.exclude(kind=InvoiceLine.Kind.DISCOUNT).values_list("net", flat=True)
    gross = sum(map(Decimal, nets), Decimal(0))
    share = Decimal(invoice.total) / gross if gross else Decimal(0)
    worth = (quantity * Decimal(charge.unit_price) * share).quantize(CENT, ROUND_HALF_UP)
    return min(worth, Decimal(invoice.total) - Decimal(invoice.credited))


def _ask_back(invoice: Invoice, amount: Decimal, reason: str, by: User) -> None:
    """Of the last payment first."""
    payments = invoice.payments.filter(kind=Payment.Kind.PAYMENT).order_by("-received_at", "-id")
    for payment in payments:
        part = min(amount, refundable(payment))
        if part > 0:
            RefundRequest.objects.create(
                payment=payment,
                patient_id=invoice.patient_id,
                amount=part,
                method=payment.method,
                reason=reason,
                asked_by=by,
            )
            amount -= part
