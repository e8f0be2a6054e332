"""Making an invoice of charges, and taking one back."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.domain import numbers
from billing.domain.credits import refuse_empty
from billing.domain.discounts import Off
from billing.errors import NotNow
from billing.models import Charge, Discount, Invoice, InvoiceLine
from billing.policies import require
from core.accounts.models import User
from core.capture.context import acting

State = Invoice.State


def issue(patient_id: UUID, charges: Sequence[Charge], offs: Iterable[Off]) -> Invoice:
    """An issued invoice of these charges, which the caller holds; what costs nothing is paid.

    It belongs to the last visit among them.
    """
    visits = [charge.visit for charge in charges if charge.visit]
    visit = max(visits, key=lambda one: one.opened_at, default=None)
    invoice = Invoice.objects.create(patient_id=patient_id, visit=visit)
    for charge in charges:
        _put_on(invoice, charge)
    for off in offs:
        _take_off(invoice, off)
    return _number(invoice)


def _put_on(invoice: Invoice, charge: Charge) -> None:
    charge.line = InvoiceLine.objects.create(
        invoice=invoice,
        patient_id=charge.patient_id,
        description=charge.description,
        quantity=charge.quantity,
        unit_price=charge.unit_price,
        net=charge.amount,
    )
    charge.state = Charge.State.INVOICED
    charge.save(update_fields=["line", "state"])


def _take_off(invoice: Invoice, off: Off) -> None:
    discount = off.discount
    discount.line = InvoiceLine.objects.create(
        invoice=invoice,
        patient_id=discount.patient_id,
        kind=InvoiceLine.Kind.DISCOUNT,
        description=f"Discount, {discount.reason}",
        unit_price=-off.amount,
        net=-off.amount,
    )
    discount.state = Discount.State.USED
    discount.save(update_fields=["line", "state"])


def _number(invoice: Invoice) -> Invoice:
    invoice.issued_at = timezone.now()
    invoice.number = numbers.next_of(numbers.INVOICE, invoice.issued_at)
    invoice.state = State.ISSUED
    invoice.save(update_fields=["issued_at", "number", "state"])
    invoice.refresh_from_db()
    if invoice.total == 0:
        invoice.state = State.PAID
        invoice.save(update_fields=["state"])
    return invoice


def void(invoice_id: UUID, *, reason: str, by: User) -> Invoice:
    """The invoice was wrong: its charges are open again, its discounts hold again.

    Raises NotNow once something was paid or credited, NoReason or NotAllowed.
    """
    require(by, "billing.take_payment")
    refuse_empty(reason)
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
        if invoice.state != State.ISSUED or invoice.credited:
            state = invoice.get_state_display().lower()
            raise NotNow(f"{invoice} is {state}; only an invoice nobody has paid can be voided.")
        _reopen(invoice)
        invoice.state, invoice.void_reason = State.VOID, reason.strip()
        invoice.save(update_fields=["state", "void_reason"])
    return invoice


def _reopen(invoice: Invoice) -> None:
    """Row by row, so that each is in the audit as what it is."""
    for charge in Charge.objects.filter(line__invoice=invoice).order_by("pk"):
        charge.line, charge.state = None, Charge.State.OPEN
        charge.save(update_fields=["line", "state"])
    for discount in Discount.objects.filter(line__invoice=invoice).order_by("pk"):
        discount.line, discount.state = None, Discount.State.ALLOWED
        discount.save(update_fields=["line", "state"])
