"""What is usual at which age (clinical_docs/data/vital_ranges.csv), and the letter of a value."""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parents[1] / "data" / "vital_ranges.csv"
MONTHS = {"m": 1, "y": 12}
# Without a birth date somebody is taken for grown up.
GROWN_UP_MONTHS = 18 * 12
NEWS2_FROM_MONTHS = 16 * 12
MAY_BE_PREGNANT = (12 * 12, 56 * 12)


@dataclass(frozen=True)
class Limits:
    """The usual range of a sign; beyond the critical limits a value is marked twice."""

    low: Decimal | None
    high: Decimal | None
    critical_low: Decimal | None
    critical_high: Decimal | None
    source: str

    def letter(self, value: Decimal) -> str:
        """H above the range, L below it; HH and LL far outside."""
        if self.critical_high is not None and value > self.critical_high:
            return "HH"
        if self.critical_low is not None and value < self.critical_low:
            return "LL"
        if self.high is not None and value > self.high:
            return "H"
        return "L" if self.low is not None and value < self.low else ""


@dataclass(frozen=True)
class _Row:
    age_from: int
    age_to: int | None
    limits: Limits


def age_in_months(born: date | None, on: date) -> int:
    """Whole months; a grown-up's for whoever has no known birth date."""
    if born is None:
        return GROWN_UP_MONTHS
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return max(months, 0)


def limits(name: str, months: int) -> Limits | None:
    """The range of a sign at an age; None where none is known."""
    for row in _table().get(name, ()):
        if row.age_from <= months and (row.age_to is None or months < row.age_to):
            return row.limits
    return None


@lru_cache(maxsize=1)
def _table() -> dict[str, list[_Row]]:
    table: dict[str, list[_Row]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table.setdefault(row["sign"], []).append(_row(row))
    return table


def _row(row: dict[str, str]) -> _Row:
    names = ("low", "high", "critical_low", "critical_high")
    low, high, far_low, far_high = (Decimal(row[name]) if row[name] else None for name in names)
    age_to = _months(row["age_to"]) if row["age_to"] else None
    limits_here = Limits(low, high, far_low, far_high, row["source"])
    return _Row(_months(row["age_from"]), age_to, limits_here)


def _months(age: str) -> int:
    return int(age[:-1]) * MONTHS[age[-1]]
