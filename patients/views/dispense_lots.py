"""The lots beside a line of the sheet."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.clock import today
from inventory.domain.stock import is_expired, is_usable
from inventory.models import Lot
from patients.models import PrescriptionItem
from patients.views.dispense_typed import Typed, number

NOTHING = Decimal(0)


@dataclass
class LotRow:
    """A lot beside a line; `there` is what other lines of the sheet have left of it."""

    lot: Lot
    name: str
    there: Decimal
    seen: Decimal
    ends: date | None
    typed: str = ""
    is_first: bool = False

    @property
    def is_expired(self) -> bool:
        return is_expired(self.lot)

    @property
    def is_usable(self) -> bool:
        return is_usable(self.lot)

    @property
    def ends_early(self) -> bool:
        """Whether it expires before the course is over."""
        return self.ends is not None and self.lot.expires_on < self.ends

    @property
    def give(self) -> Decimal:
        return (number(self.typed) or NOTHING) if self.is_usable else NOTHING

    @property
    def is_wrong(self) -> bool:
        """Whether what was typed is no quantity."""
        return self.is_usable and number(self.typed) is None

    @property
    def is_short(self) -> bool:
        return self.give > self.there

    @property
    def left_after(self) -> Decimal:
        return max(self.there - self.give, NOTHING) if not self.is_short else self.there

    @property
    def has_fallen(self) -> bool:
        return self.seen > self.lot.quantity


def lot_rows(
    line: PrescriptionItem, lots: list[Lot], left: dict[object, Decimal], typed: Typed
) -> list[LotRow]:
    """The lots of an item beside a line, the expired among them."""
    ends = today() + timedelta(days=line.duration_days) if line.duration_days else None
    rows = []
    for lot in lots:
        there = left.setdefault(lot.pk, lot.quantity)
        seen = typed.seen(line, lot.pk) or lot.quantity
        rows.append(LotRow(lot, f"{line.pk}-{lot.pk}", there, seen, ends))
    first = next((row for row in rows if row.is_usable), None)
    if first:
        first.is_first = True
    return rows
