"""What a chart shows: one unit, one or a few lines, the reference range, and the same as a table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.shell import words

Number = float | int | Decimal


@dataclass(frozen=True)
class Point:
    """One value; `shown` is how it was reported, `flag` its letter, `href` its source."""

    at: date | datetime
    value: Number
    shown: str = ""
    flag: str = ""
    href: str = ""

    @property
    def text(self) -> str:
        return " ".join(
            part for part in (self.shown or words.quantity(self.value), self.flag) if part
        )


@dataclass(frozen=True)
class Series:
    """One line; low and high are its own range where the chart has several lines."""

    name: str
    points: Sequence[Point]
    low: Number | None = None
    high: Number | None = None

    @property
    def range(self) -> str:
        return range_text(self.low, self.high)


@dataclass(frozen=True)
class Chart:
    """Drawn by components/chart.html. Different units never share one: make two charts."""

    id: str
    title: str
    unit: str
    series: Sequence[Series]
    low: Number | None = None
    high: Number | None = None
    note: str = ""

    @property
    def range(self) -> str:
        """The reference range in words."""
        return range_text(self.low, self.high)

    @property
    def data(self) -> str:
        """What static/js/charts.js draws, as JSON: an attribute, since swapped scripts are dropped."""
        lines = [
            {
                "name": one.name,
                "range": _range(one.low, one.high),
                "points": [_point(point) for point in one.points],
            }
            for one in self.series
        ]
        limits = _range(self.low, self.high)
        return json.dumps({"unit": self.unit, "range": limits, "series": lines})

    @property
    def rows(self) -> list["Row"]:
        """One row a moment, newest first, a cell for each line."""
        rows: dict[date | datetime, Row] = {}
        for column, one in enumerate(self.series):
            for point in one.points:
                row = rows.setdefault(point.at, Row(point.at, [None] * len(self.series)))
                row.cells[column] = point
        return sorted(rows.values(), key=lambda row: str(row.at), reverse=True)

    @property
    def summary(self) -> str:
        """What somebody who cannot see the lines is told."""
        return f"{self.title}, {self.unit}. " + " ".join(_told(one) for one in self.series)


@dataclass
class Row:
    at: date | datetime
    cells: list[Point | None] = field(default_factory=list)


def range_text(low: Number | None, high: Number | None) -> str:
    """From low to high, `up to 5`, `60 or more`; nothing where no range is known."""
    if low is None and high is None:
        return ""
    if low is None:
        return f"up to {high}"
    return f"{low} or more" if high is None else f"{low}{words.UP_TO}{high}"


def _told(series: Series) -> str:
    if not series.points:
        return f"{series.name}: no values."
    first, last = series.points[0], series.points[-1]
    count = len(series.points)
    if count == 1:
        return f"{series.name}: {last.text} on {words.clinic_date(last.at)}."
    return (
        f"{series.name}: {count} values, from {first.text} on {words.clinic_date(first.at)}"
        f" to {last.text} on {words.clinic_date(last.at)}."
    )


def _range(low: Number | None, high: Number | None) -> dict[str, float | None] | None:
    if low is None and high is None:
        return None
    return {
        "low": None if low is None else float(low),
        "high": None if high is None else float(high),
    }


def _point(point: Point) -> dict[str, Any]:
    """The moment by the clinic's clock and without its zone, as every browser is to show it."""
    at = words.local(point.at)
    moment = f"{at:%Y-%m-%dT%H:%M}" if isinstance(at, datetime) else f"{at:%Y-%m-%d}T00:00"
    return {
        "at": moment,
        "value": float(point.value),
        "shown": point.shown,
        "flag": point.flag,
        "href": point.href,
    }
