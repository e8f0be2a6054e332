"""A prescription line: its parts, and how it is written."""

from dataclasses import dataclass
from decimal import Decimal

from patients.domain.lines import units
from patients.domain.lines.frequencies import ONCE_ONLY
from patients.domain.lines.numbers import plain
from patients.domain.lines.products import Product

NO_BREAK = "\u00a0"
DASH = " — "


@dataclass(frozen=True)
class Line:
    """What is to be taken: `frequency` in the words that frequencies.per_day counts."""

    product: Product | None = None
    dose: Decimal | None = None
    dose_to: Decimal | None = None
    unit: str = ""
    route: str = ""
    frequency: str = ""
    as_needed: bool = False
    days: int | None = None
    quantity: Decimal | None = None
    instruction: str = ""

    @property
    def dose_in_words(self) -> str:
        """`500 mg`, `1 to 2 tablets`."""
        if self.dose is None:
            return ""
        most = self.dose_to or self.dose
        upto = f" to {plain(self.dose_to)}" if self.dose_to is not None else ""
        return f"{plain(self.dose)}{upto} {units.counted(most, self.unit)}".strip()

    @property
    def days_in_words(self) -> str:
        if self.days is None or self.frequency == ONCE_ONLY:
            return ""
        return f"{self.days} day{'s' if self.days != 1 else ''}"

    @property
    def quantity_in_words(self) -> str:
        """`15 capsules`, `2 bottles of 100 mL`."""
        if self.quantity is None or self.product is None:
            return ""
        thing = units.counted(self.quantity, self.product.unit)
        return f"{plain(self.quantity)} {thing}"

    @property
    def is_complete(self) -> bool:
        """Whether it can be signed."""
        often = bool(self.frequency) or self.as_needed
        return None not in (self.product, self.dose, self.quantity) and often


def render(line: Line) -> str:
    """The line in full, as it is stored among favourites; reading it gives the same line."""
    parts = (
        line.product.label if line.product else "",
        f"DOSE {line.dose_in_words}" if line.dose is not None else "",
        line.route,
        line.frequency,
        "as needed" if line.as_needed else "",
        line.days_in_words,
        f"supply {line.quantity_in_words}" if line.quantity is not None else "",
    )
    text = DASH.join(part for part in parts if part)
    return f"{text}; {line.instruction}" if line.instruction else text
