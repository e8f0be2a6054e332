"""A line of the sheet: what would be given of which lots, and what stands in the way."""

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal

from django.utils.functional import cached_property

from core.shell.words import dose
from inventory.models import Item
from inventory.queries import LastTaking
from patients.domain.cautions import Caution
from patients.domain.giving import CENT, Decision, Give, NotGiven, Owe
from patients.domain.labels import Label, counted, label, ratio
from patients.models import Dispense, PrescriptionItem
from patients.queries import dispensing as queries
from patients.views.dispense_lots import NOTHING, LotRow
from patients.views.dispense_typed import GIVE, NOT_GIVEN, OWE, SUBSTITUTING, Typed


@dataclass
class LineRow:
    """A line as it stands on the sheet."""

    line: PrescriptionItem
    item: Item | None
    typed: Typed
    lots: list[LotRow] = field(default_factory=list)
    last: LastTaking | None = None
    refusal: str = ""
    substitutes: list[Item] = field(default_factory=list)
    stops: list[Caution] = field(default_factory=list)

    @property
    def done(self) -> list[Dispense]:
        return [one for one in self.line.dispenses.all() if one.stands]

    @cached_property
    def remaining(self) -> Decimal | None:
        return queries.remaining(self.line)

    @property
    def is_settled(self) -> bool:
        return self.remaining == NOTHING

    @property
    def act(self) -> str:
        return self.typed.act(self.line)

    @property
    def why(self) -> str:
        return self.typed.why(self.line)

    @property
    def is_substitute(self) -> bool:
        return self.item is not None and self.item.pk != self.line.item_id

    @property
    def per(self) -> Decimal:
        """How many of what is given stand for one that was ordered."""
        return ratio(self.line.item, self.item) or Decimal(1)

    @property
    def is_comparable(self) -> bool:
        return self.line.item is None or ratio(self.line.item, self.item) is not None

    @property
    def wanted(self) -> Decimal:
        """How much of what is given would settle the line."""
        rest = self.remaining or NOTHING
        return (rest * self.per).quantize(Decimal(1), ROUND_CEILING) if self.per != 1 else rest

    @property
    def usable(self) -> Decimal:
        return sum((row.there for row in self.lots if row.is_usable), NOTHING)

    @property
    def give(self) -> Decimal:
        return sum((row.give for row in self.lots), NOTHING)

    @property
    def covers(self) -> Decimal:
        """How much of what was ordered that is."""
        if self.per == 1:
            return self.give
        covered = (self.give / self.per).quantize(CENT)
        return covered if self.remaining is None else min(covered, self.remaining)

    @property
    def owed_after(self) -> Decimal:
        rest = self.remaining or NOTHING
        return max(rest - self.covers, NOTHING)

    @property
    def problem(self) -> str:
        """Why nothing can be given like that; empty where it can."""
        if self.is_settled or self.act != GIVE:
            return ""
        if any(row.is_wrong for row in self.lots):
            return "A quantity is a number, such as 21"
        if self.give > self.wanted and self.remaining is not None:
            return f"{dose(self.give)} were typed, only {dose(self.wanted)} are still to be given"
        return self._short() or self.refusal.rstrip(".")

    def _short(self) -> str:
        short = [row for row in self.lots if row.is_short]
        if short and self.usable >= self.give:
            return f"Lot {short[0].lot.lot_number} has {dose(short[0].there)} left"
        is_too_little = self.usable < self.wanted and not self.give
        return self._left if short or is_too_little else ""

    @property
    def _left(self) -> str:
        if self.item is None:
            return "The prescription names nothing of the formulary"
        return f"{dose(self.usable)} left" if self.usable else "None left"

    @property
    def can_fill(self) -> bool:
        """Whether the other lots have what this one lacks."""
        return self.usable >= self.wanted > NOTHING

    @property
    def some(self) -> Decimal:
        """What could be given at once, the rest being owed."""
        return min(self.usable, self.wanted)

    @property
    def some_owed(self) -> Decimal:
        return max(self.wanted - self.some, NOTHING)

    @property
    def lacks_reason(self) -> bool:
        needs = self.act == NOT_GIVEN or (self.act == GIVE and self.is_substitute)
        return needs and not self.why.strip()

    @property
    def counts(self) -> bool:
        """Whether something happens with it when the main button is pressed."""
        if self.is_settled or self.problem or self.lacks_reason:
            return False
        return {GIVE: self.give > NOTHING, OWE: True, NOT_GIVEN: True}.get(self.act, False)

    @property
    def gives(self) -> bool:
        return self.counts and self.act == GIVE

    @property
    def price(self) -> Decimal:
        return self.give * self.item.price if self.item else NOTHING

    @property
    def reorder(self) -> int | None:
        """The level that what is left would be below."""
        if self.item is None or not self.gives:
            return None
        level = self.item.reorder_level
        return level if self.usable - self.give < level else None

    @property
    def label(self) -> Label:
        used = [row.lot for row in self.lots if row.give > NOTHING]
        return label(self.line, self.item, self.give, used)

    @property
    def units(self) -> str:
        return counted(Decimal(2), self.item.unit).split(" ", 1)[1] if self.item else ""

    def decision(self) -> Decision | None:
        """What is asked of the domain; None where nothing is to happen."""
        pk = self.line.pk
        if self.act == NOT_GIVEN:
            return NotGiven(pk, self.why)
        if self.act == OWE:
            return Owe(pk, self.why)
        if self.act == SUBSTITUTING or not self.give:
            return None
        lots = {row.lot.pk: row.give for row in self.lots if row.give}
        other = self.item.pk if self.item and self.is_substitute else None
        return Give(pk, self.give, lots, other, self.why, self.covers)


def fill(row: LineRow, left: dict[object, Decimal]) -> None:
    """What was typed, or what expires first; what other lines take of the same lots is gone."""
    typed = [row.typed.given(row.line, one.lot.pk) for one in row.lots]
    if any(text is not None for text in typed):
        for one, text in zip(row.lots, typed, strict=True):
            one.typed = text or ""
    else:
        _propose(row)
    if row.gives:
        for one in row.lots:
            left[one.lot.pk] = one.there - one.give


def _propose(row: LineRow) -> None:
    """First what expires first; nothing where there is not enough, unless some is wanted."""
    wanted = row.wanted
    if row.usable < wanted and not row.typed.gives_what_there_is(row.line):
        wanted = NOTHING
    for one in filter(lambda one: one.is_usable, row.lots):
        part = min(wanted, one.there)
        one.typed = dose(part) if part else ""
        wanted -= part
