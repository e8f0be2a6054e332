"""Taking money: invoice, payments and receipt in one act, or nothing of it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.domain import leaving, numbers, shifts
from billing.domain.allocation import CASH, Part, Tender, allocate
from billing.domain.held import Held, hold
from billing.domain.invoicing import issue
from billing.errors import ChangedMeanwhile, NoShift, NothingToSettle, WrongAmount
from billing.models import CashierShift, Invoice, Payment, Receipt
from billing.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.editing.keys import once
from core.shell.words import money

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Settlement:
    """What the cashier has before them: what is ticked, what it comes to, how it is paid.

    `cash_received` is what was handed over, if more than the cash to be paid; `opening_float` opens
    the cashier's shift where none is open.
    """

    charges: frozenset[UUID]
    invoices: frozenset[UUID]
    to_pay: Decimal
    tenders: Sequence[Tender] = field(default_factory=tuple)
    cash_received: Decimal | None = None
    opening_float: Decimal | None = None

    @property
    def paid(self) -> Decimal:
        return sum((tender.amount for tender in self.tenders), ZERO)

    @property
    def cash(self) -> Decimal:
        return sum((t.amount for t in self.tenders if t.method == CASH), ZERO)

    def content(self) -> dict[str, Any]:
        """What makes two settlements the same."""
        sets = {"charges": sorted(self.charges), "invoices": sorted(self.invoices)}
        return {**asdict(self), **sets}


class Taken(NamedTuple):
    """What came of it: the receipt if something was paid, the invoice if one was issued, and the
    visits that are over with it."""

    receipt: UUID | None
    invoice: UUID | None
    closed: list[UUID]


def take(patient_id: UUID, settlement: Settlement, *, key: UUID, by: User) -> Taken:
    """Issue an invoice of the ticked charges, book the payments on it and on the ticked invoices,
    oldest first, write the receipt, and end the visits for which everything is paid.

    The same `key` has one effect. Without tenders the bill is only issued. Raises ChangedMeanwhile
    when what is ticked does not come to `to_pay` any more, NotAsPriced, TooMuchOff, WrongAmount,
    NothingToSettle, NoShift, KeyReused or NotAllowed; then nothing has changed.
    """
    require(by, "billing.take_payment")
    _refuse_odd(settlement)

    def work() -> dict[str, Any]:
        taken = _take(patient_id, settlement, key, by)
        return {
            "receipt": str(taken.receipt) if taken.receipt else None,
            "invoice": str(taken.invoice) if taken.invoice else None,
            "closed": [str(one) for one in taken.closed],
        }

    content = {"patient": patient_id, **settlement.content()}
    try:
        with acting(user_id=by.pk):
            answer = once(key, work, action="take-payment", content=content, by=by)
    except IntegrityError as error:
        if "closed shift" not in str(error):
            raise
        raise NoShift("Your shift was closed meanwhile; open one and take it again.") from error
    return _read(answer)


def _read(answer: dict[str, Any]) -> Taken:
    receipt, invoice = answer["receipt"], answer["invoice"]
    return Taken(
        UUID(receipt) if receipt else None,
        UUID(invoice) if invoice else None,
        [UUID(one) for one in answer["closed"]],
    )


def _refuse_odd(settlement: Settlement) -> None:
    if not settlement.charges and not settlement.invoices:
        raise NothingToSettle("Tick what is to be paid.")
    if not settlement.charges and not settlement.tenders:
        raise NothingToSettle("Enter what is paid.")
    if any(t.amount <= 0 or t.amount != t.amount.quantize(CENT) for t in settlement.tenders):
        raise WrongAmount("Each amount is more than nothing, with two decimals.")
    if settlement.paid > settlement.to_pay:
        too_much = money(settlement.paid - settlement.to_pay)
        raise WrongAmount(f"That is {too_much} more than is to be paid.")
    received = settlement.cash_received
    if received is not None and received < settlement.cash:
        raise WrongAmount(f"{money(received)} does not cover the cash of {money(settlement.cash)}.")


@transaction.atomic
def _take(patient_id: UUID, settlement: Settlement, key: UUID, by: User) -> Taken:
    shift = _shift(settlement, by) if settlement.tenders else None
    held = hold(patient_id, settlement.charges, settlement.invoices)
    if held.to_pay != settlement.to_pay:
        raise ChangedMeanwhile(
            f"What is ticked comes to {money(held.to_pay)} now, not {money(settlement.to_pay)}."
            " Look it over and take the payment again."
        )
    invoice = issue(patient_id, held.charges, held.offs) if held.charges else None
    receipt = None
    if shift:
        receipt = _receipt(patient_id, settlement, shift)
        _pay(receipt, allocate(settlement.tenders, _in_turn(held, invoice)), key)
    closed = leaving.close_settled(leaving.visits_of(held, invoice), by=by)
    return Taken(
        receipt.pk if receipt else None,
        invoice.pk if invoice else None,
        [visit.pk for visit in closed],
    )


def _shift(settlement: Settlement, by: User) -> CashierShift:
    if settlement.opening_float is not None:
        return shifts.open_shift(settlement.opening_float, by=by)
    return shifts.current(by=by)


def _in_turn(held: Held, invoice: Invoice | None) -> list[Invoice]:
    """The oldest debt is paid first."""
    return [*held.invoices, invoice] if invoice else list(held.invoices)


def _receipt(patient_id: UUID, settlement: Settlement, shift: CashierShift) -> Receipt:
    now = timezone.now()
    received = settlement.cash if settlement.cash_received is None else settlement.cash_received
    return Receipt.objects.create(
        number=numbers.next_of(numbers.RECEIPT, now),
        patient_id=patient_id,
        shift=shift,
        total=settlement.paid,
        cash_received=received if settlement.cash else ZERO,
        change=received - settlement.cash if settlement.cash else ZERO,
        taken_at=now,
    )


def _pay(receipt: Receipt, parts: list[Part], key: UUID) -> None:
    """One payment a part; the receipt's number, and from the second on a number behind it."""
    for place, part in enumerate(parts, 1):
        Payment.objects.create(
            invoice=part.invoice,
            patient_id=receipt.patient_id,
            method=part.tender.method,
            amount=part.amount,
            receipt_number=receipt.number if place == 1 else f"{receipt.number}/{place}",
            idempotency_key=uuid5(key, str(place)),
            received_at=receipt.taken_at,
            shift_id=receipt.shift_id,
            receipt=receipt,
            reference=part.tender.reference,
        )
