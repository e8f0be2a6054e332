"""What the browser needs to say as somebody types what the server will say on saving.

It is the same tables: static/js/vital_signs.js holds no clinical number of its own.
"""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from clinical_docs.choices import unit_on_paper
from clinical_docs.vital_signs import news2
from clinical_docs.vital_signs.ranges import Limits
from clinical_docs.vital_signs.signs import SIGNS, Sign
from clinical_docs.vital_signs.whom import Whom


def mirrored(whom: Whom) -> dict[str, Any]:
    """Signs with units and this person's ranges, and the bands of NEWS2, for JSON."""
    return {
        "signs": {name: _sign(name, sign, whom) for name, sign in SIGNS.items()},
        "bmi": _limits(whom.limits("bmi")),
        "news2": _news2() if whom.may_score else None,
    }


def _sign(name: str, sign: Sign, whom: Whom) -> dict[str, Any]:
    return {
        "name": sign.name,
        "unit": unit_on_paper(sign.unit),
        "decimals": sign.decimals,
        "possible": _numbers((sign.least, sign.most)),
        "doubt": _numbers(whom.doubt(sign)),
        "units": {unit: _numbers(conversion) for unit, conversion in sign.units.items()},
        "assumptions": [[float(one.least), float(one.most), one.unit] for one in sign.assumptions],
        "limits": _limits(whom.limits(name)),
    }


def _limits(found: Limits | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    names = ("low", "high", "critical_low", "critical_high")
    return {name: _number(getattr(found, name)) for name in names}


def _news2() -> dict[str, Any]:
    return {
        "parts": news2.PARTS,
        "bands": {name: _bands(bands) for name, bands in news2.BANDS.items()},
        "scale_2": {
            "air": _bands(news2.SCALE_2_ON_AIR),
            "oxygen": _bands(news2.SCALE_2_ON_OXYGEN),
        },
        "words": {"supply": news2.SUPPLY, "consciousness": news2.CONSCIOUSNESS},
        "marks": {"red": news2.RED, "medium": news2.MEDIUM, "high": news2.HIGH},
        "responses": {name: asdict(one) for name, one in news2.RESPONSES.items()},
    }


def _bands(bands: tuple[news2.Band, ...]) -> list[list[float | None]]:
    return [[_number(Decimal(end) if end else None), points] for end, points in bands]


def _numbers(values: tuple[Decimal, ...]) -> list[float]:
    return [float(value) for value in values]


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
