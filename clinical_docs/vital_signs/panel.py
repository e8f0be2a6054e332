"""What was measured, in the shape every result has (docs/developers/documents.md)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from clinical_docs.vital_signs import signs
from clinical_docs.vital_signs.news2 import Score, score
from clinical_docs.vital_signs.signs import SIGNS
from clinical_docs.vital_signs.whom import Whom

Values = Mapping[str, Any]
CONSCIOUSNESS = {
    "A": "Alert",
    "C": "Confused",
    "V": "Responds to voice",
    "P": "Responds to pain",
    "U": "Unresponsive",
}
SUPPLY = {"air": "Room air", "oxygen": "Oxygen"}
PREGNANCY = {"no": "Not pregnant", "yes": "Pregnant", "unsure": "Not known"}
WORDS = {"consciousness": CONSCIOUSNESS, "supply": SUPPLY, "pregnancy": PREGNANCY}
OTHERS = {
    "supply": ("Breathes", ""),
    "consciousness": ("Consciousness", signs.CONSCIOUSNESS),
    "pain": ("Pain, 0 to 10", signs.PAIN),
    "pregnancy": ("Pregnancy", signs.PREGNANCY),
    "bmi": ("BMI", signs.BMI),
    "news2": ("NEWS2", signs.NEWS2),
}
"""Name and code of what is no measured quantity of its own."""
UNITS = {"bmi": "kg/m2"}


def panel(values: Values, whom: Whom, *, scale_2: bool = False) -> dict[str, Any]:
    """The data of a document `vital_signs`: values, what is usual, letters, BMI and NEWS2.

    `values` by name: those of SIGNS in their units, and the keys of OTHERS but the last two.
    """
    found = score_of(values, whom, scale_2=scale_2)
    told = {**values, **_computed(values, found)}
    numbers = {name: value for name, value in told.items() if isinstance(value, Decimal)}
    ranges = {name: ends for name in numbers if (ends := _range(whom, name))}
    return {
        "test_name": "Vital signs",
        "results": {name: _in_words(name, value) for name, value in told.items()},
        "units": {name: unit for name in told if (unit := _unit(name))},
        "names": {name: _name(name) for name in told},
        "codes": {name: code for name in told if (code := _code(name))},
        "reference_ranges": ranges,
        "flags": _flags(numbers, whom, found),
        **({"news2": _kept(found, scale_2)} if found else {}),
    }


def score_of(values: Values, whom: Whom, *, scale_2: bool = False) -> Score | None:
    """The score, where it may be used and anything of it was measured."""
    if not whom.may_score or values.get("pregnancy") == "yes":
        return None
    found = score(values, scale_2=scale_2)
    return found if found.parts else None


def bmi(values: Values) -> Decimal | None:
    """Weight by height in metres, twice; one decimal."""
    weight, height = values.get("weight"), values.get("height")
    if weight is None or height is None:
        return None
    exact: Decimal = weight * 100_000 / (height * height)
    return (exact + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR") / 10


def _computed(values: Values, found: Score | None) -> dict[str, Any]:
    """A score with measures missing is kept beside the results, not among them."""
    computed: dict[str, Any] = {}
    if (index := bmi(values)) is not None:
        computed["bmi"] = index
    if found is not None and found.is_complete:
        computed["news2"] = Decimal(found.total)
    return computed


def _flags(numbers: Values, whom: Whom, found: Score | None) -> dict[str, str]:
    letters = {name: whom.letter(name, value) for name, value in numbers.items()}
    if found is not None and found.is_complete:
        letters["news2"] = found.response.letter
    return {name: letter for name, letter in letters.items() if letter}


def _kept(found: Score, scale_2: bool) -> dict[str, Any]:
    return {
        "score": found.total,
        "parts": found.parts,
        "missing": found.missing,
        "spo2_scale": 2 if scale_2 else 1,
        "response": found.response.name,
    }


def _in_words(name: str, value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return WORDS[name][value] if name in WORDS else value


def _range(whom: Whom, name: str) -> dict[str, float]:
    found = whom.limits(name)
    ends = {"min": found.low, "max": found.high} if found else {}
    return {end: float(limit) for end, limit in ends.items() if limit is not None}


def _unit(name: str) -> str:
    return SIGNS[name].unit if name in SIGNS else UNITS.get(name, "")


def _name(name: str) -> str:
    return SIGNS[name].name if name in SIGNS else OTHERS[name][0]


def _code(name: str) -> str:
    return SIGNS[name].code if name in SIGNS else OTHERS[name][1]
