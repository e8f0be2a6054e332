"""The vital signs, each with its LOINC code, UCUM unit and what can be measured at all."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Conversion(NamedTuple):
    """What is typed becomes (typed + plus) * times / by, in the sign's own unit."""

    times: Decimal = Decimal(1)
    by: Decimal = Decimal(1)
    plus: Decimal = Decimal(0)


class Assumption(NamedTuple):
    """A bare number from `least` to `most` can only be meant in `unit`."""

    least: Decimal
    most: Decimal
    unit: str


class Doubt(NamedTuple):
    """Outside of these a value is possible, but asked about once more."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Sign:
    """A vital sign. `least` and `most` are what a living person can have, in `unit`."""

    name: str
    code: str
    unit: str
    least: Decimal
    most: Decimal
    decimals: int
    doubt: Doubt
    child_doubt: Doubt
    units: dict[str, Conversion]
    assumptions: tuple[Assumption, ...] = ()

    def rounded(self, value: Decimal) -> Decimal:
        """To as many decimals as this sign is known to; halves go up."""
        step = Decimal(1).scaleb(-self.decimals)
        return (value / step + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR") * step


SAME = Conversion()
FAHRENHEIT = Conversion(Decimal(5), Decimal(9), Decimal(-32))
# Glucose weighs 180.16 g a mole.
MG_PER_DL = Conversion(Decimal(1), Decimal("18.016"))
RATE = {"/min": SAME, "bpm": SAME, "per min": SAME}
PRESSURE = {"mmhg": SAME, "mm hg": SAME}
CELSIUS = {"°c": SAME, "c": SAME, "celsius": SAME}
TEMPERATURE = CELSIUS | dict.fromkeys(("°f", "f", "fahrenheit"), FAHRENHEIT)
POUND, INCH = Conversion(Decimal("0.45359237")), Conversion(Decimal("2.54"))
WEIGHT = (
    {"kg": SAME, "kgs": SAME}
    | dict.fromkeys(("lb", "lbs", "pound", "pounds"), POUND)
    | dict.fromkeys(("g", "gram", "grams"), Conversion(Decimal(1), Decimal(1000)))
)
HEIGHT = (
    {"cm": SAME, "m": Conversion(Decimal(100))}
    | dict.fromkeys(("in", "inch", "inches", '"'), INCH)
    | dict.fromkeys(("ft", "feet", "foot", "'"), Conversion(Decimal("30.48")))
)
GLUCOSE = {"mmol/l": SAME, "mmol": SAME, "mg/dl": MG_PER_DL, "mg": MG_PER_DL}


def _sign(
    name: str,
    code: str,
    unit: str,
    possible: str,
    doubts: tuple[str, str],
    units: dict[str, Conversion],
    decimals: int = 0,
    assumptions: tuple[Assumption, ...] = (),
) -> Sign:
    least, most = _ends(possible)
    grown, child = (Doubt(*_ends(text)) for text in doubts)
    return Sign(name, code, unit, least, most, decimals, grown, child, units, assumptions)


def _ends(text: str) -> tuple[Decimal, Decimal]:
    least, most = (Decimal(end) for end in text.split(".."))
    return least, most


SIGNS = {
    "breathing": _sign("Breathing rate", "9279-1", "/min", "3..120", ("8..40", "10..80"), RATE),
    "oxygen": _sign(
        "Oxygen saturation", "59408-5", "%", "30..100", ("80..100", "80..100"), {"%": SAME}
    ),
    "systolic": _sign("Systolic", "8480-6", "mm[Hg]", "30..300", ("80..200", "50..150"), PRESSURE),
    "diastolic": _sign("Diastolic", "8462-4", "mm[Hg]", "10..200", ("40..120", "25..95"), PRESSURE),
    "pulse": _sign("Pulse", "8867-4", "/min", "10..300", ("40..150", "50..220"), RATE),
    "temperature": _sign(
        "Temperature",
        "8310-5",
        "Cel",
        "25..45",
        ("34.5..41", "34.5..41"),
        TEMPERATURE,
        1,
        (Assumption(Decimal(80), Decimal(113), "°f"),),
    ),
    "glucose": _sign(
        "Glucose, finger prick",
        "14743-9",
        "mmol/L",
        "0.5..60",
        ("2.5..25", "2..25"),
        GLUCOSE,
        1,
        (Assumption(Decimal("60.01"), Decimal(1080), "mg/dl"),),
    ),
    "weight": _sign(
        "Weight",
        "29463-7",
        "kg",
        "0.3..400",
        ("35..180", "2..90"),
        WEIGHT,
        2,
        (Assumption(Decimal("400.01"), Decimal(9999), "g"),),
    ),
    "height": _sign(
        "Height",
        "8302-2",
        "cm",
        "20..250",
        ("140..205", "40..185"),
        HEIGHT,
        1,
        (Assumption(Decimal("0.3"), Decimal("2.5"), "m"),),
    ),
}
"""In the order in which they are taken; the early-warning score's measures first."""

PAIN = "72514-3"
CONSCIOUSNESS = "67775-7"
BMI = "39156-5"
PREGNANCY = "82810-3"
# SNOMED CT's, since LOINC has the score's predecessor only.
NEWS2 = "1104051000000101"
