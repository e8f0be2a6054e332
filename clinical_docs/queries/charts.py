"""Trends of a record: one measurement and one unit a chart."""

import re
from collections import defaultdict
from collections.abc import Iterable

from clinical_docs.choices import short_name, unit_on_paper
from clinical_docs.queries.measures import Measure
from core.shell.charts import Chart, Point, Series

SYSTOLIC, DIASTOLIC, WEIGHT = "8480-6", "8462-4", "29463-7"
FEWEST = 3
MOST_CHARTS = 4
MOST_POINTS = 60

Line = tuple[str, str]


def charts(measures: Iterable[Measure]) -> list[Chart]:
    """Blood pressure and weight first, then the results measured most often."""
    lines = _lines(measures)
    found = [_pressure(lines), *(_single(key, lines[key]) for key in _most_measured(lines))]
    return [chart for chart in found if chart is not None][:MOST_CHARTS]


def _lines(measures: Iterable[Measure]) -> dict[Line, list[Measure]]:
    """Numbers by code (or name) and unit, oldest first: two units never share a line."""
    lines: dict[Line, list[Measure]] = defaultdict(list)
    for one in measures:
        if one.number is not None:
            lines[one.code or one.key, one.unit].append(one)
    return {key: line[:MOST_POINTS][::-1] for key, line in lines.items() if len(line) >= FEWEST}


def _pressure(lines: dict[Line, list[Measure]]) -> Chart | None:
    """Both pressures in one unit: 16 kPa and 80 mmHg never share a chart."""
    for (code, unit), upper in lines.items():
        if code == SYSTOLIC and (lower := lines.get((DIASTOLIC, unit))):
            pair = [Series("Systolic", _points(upper)), Series("Diastolic", _points(lower))]
            return Chart("pressure", "Blood pressure", unit_on_paper(unit), pair)
    return None


def _most_measured(lines: dict[Line, list[Measure]]) -> list[Line]:
    own = [key for key in lines if key[0] not in (SYSTOLIC, DIASTOLIC)]
    return sorted(own, key=lambda key: (key[0] != WEIGHT, -len(lines[key]), key))


def _single(key: Line, line: list[Measure]) -> Chart:
    last = line[-1]
    name = short_name(last.name)
    series = [Series(name, _points(line))]
    # The unit too: one analyte may have a chart in each of its units.
    name_in_page = re.sub(r"\W+", "-", f"line-{last.key}-{last.unit}").strip("-")
    return Chart(name_in_page, name, unit_on_paper(last.unit), series, last.low, last.high)


def _points(line: list[Measure]) -> list[Point]:
    return [
        Point(m.at, m.number or 0.0, _short(m.number or 0.0), m.flag, f"#entry-{m.document_id}")
        for m in line
    ]


def _short(value: float) -> str:
    """Imports bring up to 13 decimals; a chart's label needs none beyond what can be measured."""
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
