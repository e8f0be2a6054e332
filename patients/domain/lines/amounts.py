"""How much is handed out, by dosage form."""

from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

from patients.domain.lines import frequencies, units
from patients.domain.lines.line import Line
from patients.domain.lines.products import Product

DAYS_OF_DROPS = 30
"""A bottle of drops is for a month at most, however much is left in it."""


def quantity(line: Line) -> Decimal | None:
    """In the product's own unit: tablets as counted, liquids in whole bottles, one tube or inhaler.

    None where it cannot be told; then somebody has to say it.
    """
    if line.product is None or line.dose is None:
        return None
    if line.product.is_pack:
        return packs(line, line.product)
    total = doses(line)
    each = taken(line, line.product)
    if total is None or each is None:
        return None
    if not line.product.is_solid and not line.product.pack[1]:
        each = whole(Fraction(each))  # What is left of an ampoule is thrown away.
    return containers(each * total, line.product)


def doses(line: Line) -> Decimal | None:
    """How many times it is taken in all."""
    if line.frequency == frequencies.ONCE_ONLY:
        return Decimal(1)
    often = frequencies.per_day(line.frequency)
    if often is None or line.days is None:
        return None
    return whole(often * line.days)


def packs(line: Line, product: Product) -> Decimal:
    """One, unless the doses in it are known to run out, or drops go stale."""
    _, inside, of = product.pack
    total, each = doses(line), line.dose_to or line.dose
    if (
        of == "dose"
        and total is not None
        and each is not None
        and line.unit in ("puff", "spray", "dose")
    ):
        return max(whole(Fraction(each * total) / Fraction(inside)), Decimal(1))
    if "drops" in product.form and line.days:
        return whole(Fraction(line.days, DAYS_OF_DROPS))
    return Decimal(1)


def taken(line: Line, product: Product) -> Decimal | None:
    """One dose in what the product counts: tablets, mL, pens' units."""
    most = line.dose_to if line.dose_to is not None else line.dose
    if most is None:
        return None
    if line.unit in (product.counts_in, product.unit, *product.pack, "dose"):
        return most
    if line.unit in units.SPOONS and product.is_liquid:
        return most * units.SPOONS[line.unit]
    return by_strength(most, line.unit, product)


def by_strength(amount: Decimal, unit: str, product: Product) -> Decimal | None:
    strength = product.measured
    if strength is None:
        return None
    times = units.ratio(amount, unit, strength.amount, strength.unit)
    if times is None:
        return None
    return times * strength.per if strength.per_unit == "mL" and product.pack[2] == "mL" else times


def containers(total: Decimal, product: Product) -> Decimal:
    """Whole containers; never part of a tablet."""
    _, inside, _ = product.pack
    return whole(Fraction(total) / Fraction(inside)) if inside else whole(Fraction(total))


def whole(number: Fraction) -> Decimal:
    rounded = Decimal(number.numerator) / Decimal(number.denominator)
    return rounded.to_integral_value(ROUND_CEILING)
