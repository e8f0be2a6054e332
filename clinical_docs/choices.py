"""Vital signs and units: what can be measured, in which unit, and how units are written."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

LONGEST_NOTE = 20_000
DIGITS = 4


@dataclass(frozen=True)
class Sign:
    """A vital sign: its LOINC code, UCUM unit, what can be measured at all, and an adult's range.

    Ranges: systolic and diastolic after the 2018 ESC/ESH guideline (normal below 140/90, low below
    90/60), the others the bands of NEWS2 that score 0 (Royal College of Physicians, 2017).
    """

    name: str
    code: str
    unit: str
    least: Decimal
    most: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


def _sign(
    name: str, code: str, unit: str, least: str, most: str, low: str = "", high: str = ""
) -> Sign:
    ends = [Decimal(text) if text else None for text in (low, high)]
    return Sign(name, code, unit, Decimal(least), Decimal(most), *ends)


SIGNS = {
    "systolic": _sign("Systolic", "8480-6", "mm[Hg]", "30", "300", "90", "139"),
    "diastolic": _sign("Diastolic", "8462-4", "mm[Hg]", "10", "200", "60", "89"),
    "pulse": _sign("Pulse", "8867-4", "/min", "10", "300", "51", "90"),
    "breathing": _sign("Breathing rate", "9279-1", "/min", "3", "100", "12", "20"),
    "temperature": _sign("Temperature", "8310-5", "Cel", "25", "45", "36.1", "38.0"),
    "oxygen": _sign("Oxygen saturation", "59408-5", "%", "30", "100", "96"),
    "weight": _sign("Weight", "29463-7", "kg", "0.3", "400"),
    "height": _sign("Height", "8302-2", "cm", "20", "250"),
}

# UCUM's names as they are written on paper.
UNITS = {
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "[degF]": "°F",
    "[pH]": "",
    "[IU]/L": "IU/L",
    "10*3/uL": "10³/µL",
    "10*6/uL": "10⁶/µL",
    "10*9/L": "10⁹/L",
    "10*12/L": "10¹²/L",
    "/uL": "/µL",
    "umol/L": "µmol/L",
    "ug/L": "µg/L",
    "kg/m2": "kg/m²",
    "1": "",
}


def unit_on_paper(ucum: str) -> str:
    """`mm[Hg]` is written mmHg; annotations in braces are left out."""
    if ucum in UNITS:
        return UNITS[ucum]
    return "" if ucum.startswith("{") and ucum.endswith("}") else ucum.partition("{")[0]


def rounded(value: Any) -> str:
    """A number without decimals nobody measured (89.1267252881621); anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    text = f"{value:.{DIGITS}g}"
    return f"{value:.0f}" if "e" in text else text


def short_name(name: str) -> str:
    """`Glucose [Mass/volume] in Serum or Plasma`, LOINC's long name, is read as Glucose."""
    return name.partition(" [")[0]
