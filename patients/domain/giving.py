"""Handing out one line: all of it, a part, something equal, or not and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from core.accounts.models import User
from core.errors import ClinicError
from core.shell.words import dose
from inventory.domain import stock
from inventory.models import Item
from patients.models import Dispense, Prescription, PrescriptionItem, Visit
from patients.queries import dispensing as queries

Outcome = Dispense.Outcome
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Give:
    """So much of a line, from the lots that expire first or from those of `lots`.

    With `item` something equal is given instead, `why`; `covers` is how much of what was ordered it
    stands for.
    """

    line: UUID
    quantity: Decimal
    lots: Mapping[UUID, Decimal] | None = None
    item: UUID | None = None
    why: str = ""
    covers: Decimal | None = None


@dataclass(frozen=True)
class NotGiven:
    """What is left of a line will not be given."""

    line: UUID
    reason: str


@dataclass(frozen=True)
class Owe:
    """Nothing of the line today; the patient comes back for it."""

    line: UUID
    reason: str = ""


Decision = Give | NotGiven | Owe


class Held(NamedTuple):
    """A locked prescription, the visit that counts now, and the lines with what was done so far.

    Everything that is done in one act is done `at` the same moment.
    """

    prescription: Prescription
    visit: Visit | None
    lines: list[PrescriptionItem]
    at: datetime


class Unfit(ClinicError):
    """This cannot be done with this line."""


def decide(
    line: PrescriptionItem | None, decision: Decision, held: Held, by: User
) -> list[Dispense]:
    """Do what was decided of a line, within the caller's transaction. Raises Unfit, or what
    `stock.take` raises."""
    if line is None:
        raise Unfit("This line is not of this prescription.")
    if queries.is_settled(line):
        raise Unfit("Nothing more is to be given of this line.")
    if isinstance(decision, Give):
        return _give(line, decision, held, by)
    if isinstance(decision, NotGiven) and not decision.reason.strip():
        raise Unfit("Say why it is not given.")
    outcome = Outcome.NOT_GIVEN if isinstance(decision, NotGiven) else Outcome.OWED
    rest = queries.remaining(line) or Decimal(1)
    return [_note(line, held, by, outcome=outcome, quantity=rest, reason=decision.reason.strip())]


def _give(line: PrescriptionItem, give: Give, held: Held, by: User) -> list[Dispense]:
    item = _item_of(line, give)
    covers = give.quantity if give.covers is None else give.covers
    _refuse_odd(line, give.quantity, covers)
    reference = f"Prescription line {line.pk}"
    parts = stock.take(item, give.quantity, chosen=give.lots, reference=reference, by=by)
    line.dispensed_quantity += covers
    line.save(update_fields=["dispensed_quantity"])
    shares = _shares(covers, [part.quantity for part in parts])
    return [
        _note(
            line,
            held,
            by,
            item=item,
            lot=part.lot,
            move=part.move,
            quantity=part.quantity,
            covers=share,
            substituted=give.why.strip() if item.pk != line.item_id else "",
        )
        for part, share in zip(parts, shares, strict=True)
    ]


def _item_of(line: PrescriptionItem, give: Give) -> Item:
    """What is handed out. Something else than ordered needs a reason and must be the same drug."""
    if give.item is None or give.item == line.item_id:
        if line.item is None:
            raise Unfit("Choose what is given: the prescription names nothing of the formulary.")
        return line.item
    other = Item.objects.get(pk=give.item)
    if not give.why.strip():
        raise Unfit(f"Say why {other} is given instead.")
    if line.item is not None and not is_equal(line.item, other):
        raise Unfit(f"{other} is another drug than {line.item}; only the prescriber changes that.")
    return other


def is_equal(ordered: Item, other: Item) -> bool:
    """The same substance, whatever its brand or strength."""
    return bool(ordered.atc_code) and ordered.atc_code == other.atc_code


def _refuse_odd(line: PrescriptionItem, quantity: Decimal, covers: Decimal) -> None:
    if quantity <= 0 or covers <= 0:
        raise Unfit("Give at least something, or say why not.")
    if quantity != quantity.quantize(CENT):
        raise Unfit("A quantity has at most two decimals.")
    rest = queries.remaining(line)
    if rest is not None and covers > rest:
        raise Unfit(f"Only {dose(rest)} of {dose(line.quantity)} are still to be given.")


def _shares(covers: Decimal, quantities: list[Decimal]) -> list[Decimal]:
    """`covers` divided as the quantities are; together exactly `covers`."""
    total = sum(quantities, Decimal(0))
    shares = [(covers * one / total).quantize(CENT) for one in quantities[:-1]]
    return [*shares, covers - sum(shares, Decimal(0))]


def _note(line: PrescriptionItem, held: Held, by: User, **fields: Any) -> Dispense:
    """The row that says what was done."""
    values = {"covers": fields["quantity"], **fields}
    return Dispense.objects.create(
        prescription_item=line,
        patient_id=line.patient_id,
        visit=held.visit,
        by=by,
        dispensed_at=held.at,
        **values,
    )
