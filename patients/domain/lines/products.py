"""What the formulary holds, as far as reading a line needs to know it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from patients.domain.lines import units
from patients.domain.lines.numbers import number, plain

_STRENGTH = re.compile(
    r"(?P<n>[\d.,]+)\s*(?P<u>million IU|[A-Za-z%]+)(?:\s*/\s*(?P<pn>[\d.,]+)?\s*(?P<pu>[A-Za-z]+))?"
)
_PACK = re.compile(r"^(?P<pack>[\w-]+(?: \w+)*?) of (?P<n>[\d.,]+)\s*(?P<u>\w+)?$")
SOLIDS = ("tablet", "capsule")
HALVED = ("tablet", "chewable tablet")
"""Forms that may be broken; nothing else is given by halves."""
LIQUIDS = ("suspension", "solution", "syrup", "elixir")
PACKED = ("cream", "ointment", "gel", "inhaler", "drops", "spray", "shampoo", "lotion")


@dataclass(frozen=True)
class Strength:
    """`250 mg/5 mL`: amount and unit, in how much of what; `second` of a combination."""

    amount: Decimal
    unit: str
    per: Decimal = Decimal(1)
    per_unit: str = ""
    second: Decimal | None = None


@dataclass(frozen=True)
class Product:
    """An item of the formulary."""

    id: str
    name: str
    generic: str
    strength: str
    form: str
    unit: str
    route: str
    atc: str = ""

    @property
    def label(self) -> str:
        """`Amoxicillin 500 mg capsule`; units written out."""
        return " ".join(part for part in (self.name, self.strength_in_words, self.form) if part)

    @cached_property
    def strength_in_words(self) -> str:
        text = re.sub(r"\bmcg\b", "micrograms", self.strength)
        return re.sub(r"\bIU\b", "units", text)

    @cached_property
    def measured(self) -> Strength | None:
        """The strength as numbers; None where it has none."""
        match = _STRENGTH.match(self.strength)
        if match is None:
            return None
        amount, unit = number(match["n"]), units.unit(match["u"])
        if match["pu"] is None:
            return Strength(amount, unit)
        per_unit = units.unit(match["pu"])
        if per_unit in units.AMOUNTS:
            return Strength(amount, unit, second=number(match["pn"]))
        return Strength(amount, unit, number(match["pn"] or "1"), per_unit)

    @cached_property
    def pack(self) -> tuple[str, Decimal, str]:
        """(container, how much is in one, of what): `bottle, 100, mL`; a tablet is its own."""
        match = _PACK.match(self.unit)
        if match is None:
            return self.unit, Decimal(0), ""
        inside = units.unit(match["u"] or "").removesuffix("s") if match["u"] else ""
        return match["pack"], number(match["n"]), inside or "tablet"

    @property
    def is_solid(self) -> bool:
        return self.form.endswith(SOLIDS)

    @property
    def is_liquid(self) -> bool:
        """Measured out in mL from a bottle."""
        return self.pack[2] == "mL" and any(word in self.form for word in LIQUIDS)

    @property
    def is_pack(self) -> bool:
        """Handed out as one container, however it is used."""
        return any(word in self.form for word in PACKED)

    @property
    def counts_in(self) -> str:
        """What one takes of it: a tablet, a puff, a drop, mL."""
        if self.is_solid:
            return "capsule" if self.form.endswith("capsule") else "tablet"
        for word, taken in (("inhaler", "puff"), ("spray", "spray"), ("drops", "drop")):
            if word in self.form:
                return taken
        if self.is_liquid:
            return "mL"
        return "application" if self.is_pack else self.pack[0]

    def amounts(self) -> set[str]:
        """Every way its strength is named: 875, 125, 875/125 and, of combinations, the sum."""
        one = self.measured
        if one is None:
            return set()
        if one.second is None:
            return {plain(one.amount)}
        total = plain(one.amount + one.second)
        return {plain(one.amount), f"{plain(one.amount)}/{plain(one.second)}", total}
