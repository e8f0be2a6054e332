"""What is ticked at the till, locked: nobody else can bill or pay it meanwhile."""

from collections.abc import Collection
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from billing.domain.discounts import Off, gross_of, refuse_above_limit, taken_off
from billing.errors import ChangedMeanwhile, NotAsPriced
from billing.models import Charge, Discount, Invoice
from core.shell.words import clinic_time

ZERO = Decimal("0.00")


class Held(NamedTuple):
    """Open charges, what discounts take off them, and invoices that are owed, oldest first."""

    charges: list[Charge]
    offs: list[Off]
    invoices: list[Invoice]

    @property
    def to_pay(self) -> Decimal:
        off = sum((off.amount for off in self.offs), ZERO)
        owed = sum((invoice.balance for invoice in self.invoices), ZERO)
        return gross_of(self.charges) - off + owed


def hold(patient_id: UUID, charges: Collection[UUID], invoices: Collection[UUID]) -> Held:
    """Lock them, everybody in one order: invoices, charges, discounts.

    Raises ChangedMeanwhile when one is not open or owed any more, NotAsPriced, TooMuchOff.
    """
    owed = _invoices(patient_id, invoices)
    billed = _charges(patient_id, charges)
    offs = taken_off(_discounts(patient_id), billed) if billed else []
    refuse_above_limit(offs, billed)
    return Held(billed, offs, owed)


def _invoices(patient_id: UUID, wanted: Collection[UUID]) -> list[Invoice]:
    found = Invoice.objects.filter(pk__in=wanted, patient=patient_id).order_by("pk")
    invoices = list(found.select_for_update(no_key=True))
    if len(invoices) < len(wanted):
        raise ChangedMeanwhile("An invoice that is ticked is not this patient's.")
    for invoice in invoices:
        if not invoice.is_owed:
            state = invoice.get_state_display().lower()
            raise ChangedMeanwhile(f"{invoice} is {state} meanwhile.")
    return sorted(invoices, key=lambda one: (one.issued_at, one.number))


def _charges(patient_id: UUID, wanted: Collection[UUID]) -> list[Charge]:
    found = Charge.objects.filter(pk__in=wanted, patient=patient_id).order_by("pk")
    charges = list(found.select_for_update(no_key=True, of=("self",)).select_related("visit"))
    if len(charges) < len(wanted):
        raise ChangedMeanwhile("A charge that is ticked is not this patient's.")
    for charge in charges:
        _refuse_closed(charge)
    return sorted(charges, key=lambda one: (one.created_at, one.pk))


def _refuse_closed(charge: Charge) -> None:
    if charge.state == Charge.State.INVOICED and charge.line:
        invoice = charge.line.invoice
        at = clinic_time(invoice.issued_at)
        raise ChangedMeanwhile(f"{charge} is on {invoice} since {at}; a colleague was quicker.")
    if charge.state != Charge.State.OPEN:
        raise ChangedMeanwhile(f"{charge} was taken back meanwhile.")
    if charge.unpriced:
        raise NotAsPriced(f"{charge} has no price yet. Enter one, or 0.00.")


def _discounts(patient_id: UUID) -> list[Discount]:
    allowed = Discount.objects.filter(patient=patient_id, state=Discount.State.ALLOWED)
    return list(allowed.select_for_update(no_key=True).order_by("pk"))
