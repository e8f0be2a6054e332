"""The early-warning score NEWS2.

Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, charts 1 and 2. It is
for people of 16 years and more, and not in pregnancy. SpO2 scale 2 is for those whom a clinician has
set a target of 88 to 92 %, in hypercapnic respiratory failure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Band = tuple[str | None, int]
"""Up to and including this value, so many points; None is everything above."""

BANDS: dict[str, tuple[Band, ...]] = {
    "breathing": (("8", 3), ("11", 1), ("20", 0), ("24", 2), (None, 3)),
    "oxygen": (("91", 3), ("93", 2), ("95", 1), (None, 0)),
    "systolic": (("90", 3), ("100", 2), ("110", 1), ("219", 0), (None, 3)),
    "pulse": (("40", 3), ("50", 1), ("90", 0), ("110", 1), ("130", 2), (None, 3)),
    "temperature": (("35.0", 3), ("36.0", 1), ("38.0", 0), ("39.0", 1), (None, 2)),
}
SCALE_2_ON_AIR: tuple[Band, ...] = (("83", 3), ("85", 2), ("87", 1), (None, 0))
SCALE_2_ON_OXYGEN: tuple[Band, ...] = (
    ("83", 3), ("85", 2), ("87", 1), ("92", 0), ("94", 1), ("96", 2), (None, 3),
)  # fmt: skip
SUPPLY = {"air": 0, "oxygen": 2}
CONSCIOUSNESS = {"A": 0, "C": 3, "V": 3, "P": 3, "U": 3}
PARTS = ("breathing", "oxygen", "supply", "systolic", "pulse", "consciousness", "temperature")
RED = 3
MEDIUM, HIGH = 5, 7


@dataclass(frozen=True)
class Response:
    """What a score calls for (chart 4 of the report, in this clinic's words)."""

    name: str
    title: str
    text: str
    priority: str
    letter: str


RESPONSES = {
    "high": Response(
        "high",
        "High: a doctor now",
        "Think of sepsis. Stay with the patient and watch without a break.",
        "emergency",
        "HH",
    ),
    "medium": Response(
        "medium",
        "Medium: a doctor soon",
        "Think of sepsis. Tell the doctor at once; measure again within the hour.",
        "urgent",
        "H",
    ),
    "red": Response(
        "red",
        "One measure scores 3: a doctor soon",
        "Tell the doctor, who decides what it means; measure again within the hour.",
        "urgent",
        "H",
    ),
    "low": Response("low", "Low", "Measure again within 4 to 6 hours.", "", ""),
    "none": Response("none", "Low", "Nothing here calls for haste.", "", ""),
}


@dataclass(frozen=True)
class Score:
    """Points by measure; the total of an incomplete score is the least it can be."""

    parts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.parts.values())

    @property
    def missing(self) -> list[str]:
        return [name for name in PARTS if name not in self.parts]

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @property
    def response(self) -> Response:
        """What is to be done now; what is missing can only make it graver."""
        if self.total >= HIGH:
            return RESPONSES["high"]
        if self.total >= MEDIUM:
            return RESPONSES["medium"]
        if RED in self.parts.values():
            return RESPONSES["red"]
        return RESPONSES["low" if self.total else "none"]


def score(values: Mapping[str, Any], *, scale_2: bool = False) -> Score:
    """The points of each measure there is, on SpO2 scale 1 unless a clinician has set scale 2."""
    parts = {name: points(name, values, scale_2) for name in PARTS}
    return Score({name: found for name, found in parts.items() if found is not None})


def points(name: str, values: Mapping[str, Any], scale_2: bool = False) -> int | None:
    """What one measure scores; None if it was not taken.

    Scale 2 needs to know what is breathed: without that a high saturation scores nothing yet.
    """
    value = values.get(name)
    if value is None:
        return None
    if name == "supply":
        return SUPPLY[value]
    if name == "consciousness":
        return CONSCIOUSNESS[value]
    return _band(_bands(name, values, scale_2), value)


def _bands(name: str, values: Mapping[str, Any], scale_2: bool) -> tuple[Band, ...]:
    if name != "oxygen" or not scale_2:
        return BANDS[name]
    return SCALE_2_ON_OXYGEN if values.get("supply") == "oxygen" else SCALE_2_ON_AIR


def _band(bands: tuple[Band, ...], value: Decimal) -> int:
    return next(found for end, found in bands if end is None or value <= Decimal(end))
