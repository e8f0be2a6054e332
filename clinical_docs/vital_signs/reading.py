"""From what is typed to a value: `98.6F` is 37.0 °C, `5'11` is 180.3 cm."""

import re
from dataclasses import dataclass
from decimal import Decimal

from clinical_docs.choices import unit_on_paper
from clinical_docs.vital_signs.signs import SIGNS, Conversion, Sign

LONGEST = 20
MOST_DECIMALS = 2
TYPED = re.compile(r"([0-9]{1,5})(?:[.,]([0-9]{1,3}))?\s*([^0-9]{0,12})")
FEET = re.compile(r"([0-9])\s*(?:'|ft|feet)\s*([0-9]{1,2}(?:\.[0-9])?)\s*(?:\"|''|in|inch|inches)?")
INCHES_A_FOOT = 12


class NotUnderstood(ValueError):
    """`str()` says what is wrong with it, for the person who typed it."""


@dataclass(frozen=True)
class Reading:
    """A value in the sign's unit; `unit` is what it was taken for where that was assumed."""

    value: Decimal
    assumed: str = ""


def read(name: str, text: str) -> Reading:
    """What `text` says of this sign. Raises NotUnderstood, also for what nobody can have."""
    sign = SIGNS[name]
    if name == "height" and (feet := FEET.fullmatch(text.strip().lower())):
        return Reading(_possible(sign, _feet(feet)))
    number, unit = _parts(sign, text)
    if unit:
        return Reading(_possible(sign, _converted(number, _conversion(sign, unit))))
    assumed = _assumed(sign, number)
    if assumed:
        return Reading(_possible(sign, _converted(number, sign.units[assumed])), assumed)
    return Reading(_possible(sign, _own(sign, number, text)))


def read_pressure(text: str) -> dict[str, Decimal]:
    """`108/64`, `108 64` or the upper one alone. Raises NotUnderstood."""
    ends = [
        part for part in re.split(r"[/\s,.\-]+", text.lower().replace("mmhg", "").strip()) if part
    ]
    if not 1 <= len(ends) <= 2:
        raise NotUnderstood("Enter the upper and the lower pressure, such as 120/80.")
    names = ("systolic", "diastolic")
    both = {name: read(name, end).value for name, end in zip(names, ends, strict=False)}
    if len(both) == len(names) and both["systolic"] <= both["diastolic"]:
        raise NotUnderstood("The lower pressure must be below the upper one.")
    return both


def _parts(sign: Sign, text: str) -> tuple[Decimal, str]:
    found = TYPED.fullmatch(text.strip()) if len(text) <= LONGEST else None
    if found is None:
        raise NotUnderstood(f"Enter a number, in {unit_on_paper(sign.unit)}.")
    whole, decimals, unit = found.groups()
    if decimals and len(decimals) > MOST_DECIMALS:
        raise NotUnderstood(f"At most {MOST_DECIMALS} decimals.")
    return Decimal(f"{whole}.{decimals or 0}"), unit.strip().lower()


def _conversion(sign: Sign, unit: str) -> Conversion:
    if unit not in sign.units:
        known = unit_on_paper(sign.unit)
        raise NotUnderstood(f"“{unit}” is no unit for this; enter it in {known}.")
    return sign.units[unit]


def _own(sign: Sign, number: Decimal, text: str) -> Decimal:
    if not sign.decimals and number != number.to_integral_value():
        raise NotUnderstood("Enter a whole number.")
    return sign.rounded(number)


def _converted(number: Decimal, conversion: Conversion) -> Decimal:
    return (number + conversion.plus) * conversion.times / conversion.by


def _feet(found: re.Match[str]) -> Decimal:
    inches = Decimal(found[1]) * INCHES_A_FOOT + Decimal(found[2])
    return _converted(inches, SIGNS["height"].units["in"])


def _assumed(sign: Sign, number: Decimal) -> str:
    return next((one.unit for one in sign.assumptions if one.least <= number <= one.most), "")


def _possible(sign: Sign, value: Decimal) -> Decimal:
    value = sign.rounded(value)
    if not sign.least <= value <= sign.most:
        unit = unit_on_paper(sign.unit)
        raise NotUnderstood(
            f"Nobody has that: it lies between {sign.least} and {sign.most} {unit}."
        )
    return value
