"""The sheet as a whole: its lines, what the main button would do, what it adds up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID, uuid4

from core.errors import ClinicError
from inventory.domain.stock import OutOfStock
from inventory.models import Item, Lot
from inventory.queries import last_taking, lots_of, with_stock
from patients.domain.cautions import stops
from patients.domain.checking import check
from patients.domain.giving import Decision
from patients.models import Prescription, PrescriptionItem
from patients.queries import dispensing as queries
from patients.views.dispense_lines import LineRow, fill
from patients.views.dispense_lots import lot_rows
from patients.views.dispense_typed import NOT_GIVEN, OWE, SUBSTITUTING, Typed


@dataclass
class Sheet:
    """What the page draws and what the main button sends."""

    prescription: Prescription
    rows: list[LineRow]
    typed: Typed
    revision: int
    key: UUID = field(default_factory=uuid4)
    changed: str = ""
    refused: bool = False

    @property
    def counted(self) -> list[LineRow]:
        return [row for row in self.rows if row.counts]

    @property
    def counts(self) -> str:
        """The lines the main button speaks of, for its form."""
        return " ".join(str(row.line.pk) for row in self.counted)

    @property
    def giving(self) -> list[LineRow]:
        return [row for row in self.rows if row.gives]

    @property
    def open(self) -> list[LineRow]:
        return [row for row in self.rows if not row.is_settled]

    @property
    def is_clear(self) -> bool:
        """Whether nothing known speaks against a line that is still to be given."""
        return self.prescription.visit_id is not None and not any(row.stops for row in self.open)

    @property
    def price(self) -> Decimal:
        return sum((row.price for row in self.giving), Decimal(0))

    @property
    def units(self) -> list[tuple[str, Decimal]]:
        """How many of what is counted out: tablets with tablets."""
        totals: dict[str, Decimal] = {}
        for row in self.giving:
            unit = row.units.capitalize()
            totals[unit] = totals.get(unit, Decimal(0)) + row.give
        return list(totals.items())

    @property
    def act(self) -> str:
        """`Dispense 2 items`, and what else happens."""
        giving, others = len(self.giving), self._others
        items = f"{giving} item{'s' * (giving != 1)}"
        first = [f"Dispense {items}"] if giving or not others else [f"Save {others.pop(0)}"]
        return ", ".join([*first, *others])

    @property
    def did(self) -> str:
        """The same once it is done: `2 items dispensed, 1 not given`."""
        giving = len(self.giving)
        items = [f"{giving} item{'s' * (giving != 1)} dispensed"] if giving else []
        return ", ".join([*items, *self._others])

    @property
    def _others(self) -> list[str]:
        acts = [row.act for row in self.counted]
        return [f"{acts.count(act)} {said}" for act, said in OTHERS if act in acts]

    @property
    def waits_for(self) -> LineRow | None:
        """The first line that keeps the main button from doing all."""
        return next((row for row in self.open if not row.counts), None)


OTHERS = ((OWE, "owed"), (NOT_GIVEN, "not given"))


def sheet(
    prescription: Prescription,
    fields: Mapping[str, str] | None = None,
    *,
    way: str = "",
    refusals: Mapping[UUID, ClinicError] | None = None,
) -> Sheet:
    """The sheet of a prescription as it and the shelves are now, with what was typed on it."""
    typed = Typed(fields)
    if way:
        typed.press(way)
    lines = queries.lines_of(prescription.pk)
    rows = _rows(lines, typed, refusals or {})
    _warn(prescription, rows)
    made = Sheet(prescription, rows, typed, queries.revision(prescription, lines))
    made.refused = bool(refusals)
    return made


def decisions(made: Sheet) -> list[Decision]:
    """Of the lines the main button spoke of, and of no other."""
    spoken = [row for row in made.rows if str(row.line.pk) in made.typed.counted]
    asked = (row.decision() for row in spoken if not row.is_settled)
    return [one for one in asked if one is not None]


def _rows(
    lines: list[PrescriptionItem], typed: Typed, refusals: Mapping[UUID, ClinicError]
) -> list[LineRow]:
    equals = _equals(lines, typed)
    items = {line.pk: _item(line, typed, equals) for line in lines}
    lots = _lots(items.values())
    left: dict[object, Decimal] = {}
    rows = []
    for line in lines:
        row = LineRow(line, items[line.pk], typed)
        row.lots = lot_rows(line, lots.get(row.item.pk, []) if row.item else [], left, typed)
        row.substitutes = _offered(row, equals)
        _refuse(row, refusals.get(line.pk))
        fill(row, left)
        _say_who(row)
        rows.append(row)
    return rows


def _warn(prescription: Prescription, rows: list[LineRow]) -> None:
    """What made the prescriber stop and think stands there again, as everything is now."""
    waiting = [row for row in rows if not row.is_settled]
    if prescription.visit is None or not waiting:
        return
    found = check(prescription.visit, [row.line for row in waiting])
    for row in waiting:
        row.stops = stops(found[row.line.pk])


def _refuse(row: LineRow, error: ClinicError | None) -> None:
    """Short stock is told from the shelf as it is now; anything else in the domain's words."""
    if error is not None and not isinstance(error, OutOfStock):
        row.refusal = str(error)


def _say_who(row: LineRow) -> None:
    """Whoever took of it last, where less is left than there was."""
    if row.item and row.problem and any(lot.is_short or lot.has_fallen for lot in row.lots):
        row.last = last_taking(row.item.pk)


def _equals(lines: list[PrescriptionItem], typed: Typed) -> list[Item]:
    """The same substances in other strengths and brands, where some line asks for them."""
    asking = [line for line in lines if typed.act(line) == SUBSTITUTING or typed.item(line)]
    codes = {line.item.atc_code for line in asking if line.item and line.item.atc_code}
    if not codes:
        return []
    return list(with_stock(Item.objects.filter(active=True, atc_code__in=codes)))


def _item(line: PrescriptionItem, typed: Typed, equals: list[Item]) -> Item | None:
    """What is given for the line."""
    chosen = typed.item(line)
    return next((one for one in equals if one.pk == chosen), line.item)


def _offered(row: LineRow, equals: list[Item]) -> list[Item]:
    if row.act != SUBSTITUTING or row.line.item is None:
        return []
    ordered = row.line.item
    return [one for one in equals if one.atc_code == ordered.atc_code and one.pk != ordered.pk]


def _lots(items: object) -> dict[UUID, list[Lot]]:
    known: dict[UUID, list[Lot]] = {}
    for lot in lots_of(one.pk for one in items if one):  # type: ignore[attr-defined]
        known.setdefault(lot.item_id, []).append(lot)
    return known
