"""Small drawings within a line of text: a trend, a value on its range."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.shell.charts import Number

WIDTH, HEIGHT, EDGE = 72, 20, 3
GAUGE = 120


def sparkline(
    values: Sequence[Number], low: Number | None = None, high: Number | None = None, label: str = ""
) -> SafeString:
    """The last values as a line, the range as a band, the newest as a dot (red outside of it)."""
    if len(values) < 2:
        return SafeString("")
    numbers = [float(value) for value in values]
    ends = [float(end) for end in (low, high) if end is not None]
    top, bottom = max(numbers + ends), min(numbers + ends)
    heights = [_height(number, bottom, top) for number in numbers]
    step = (WIDTH - 2 * EDGE) / (len(numbers) - 1)
    path = " ".join(f"{EDGE + step * at:.1f},{y:.1f}" for at, y in enumerate(heights))
    outside = _outside(numbers[-1], low, high)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" {}>{}<polyline class="spark-line" points="{}"/>'
        '<circle class="spark-end{}" cx="{}" cy="{}" r="2.5"/></svg>',
        *(WIDTH, HEIGHT, _said(label), _band(low, high, bottom, top), path),
        *(" out" if outside else "", WIDTH - EDGE, round(heights[-1], 1)),
    )


def gauge(
    value: Number, low: Number, high: Number, before: Number | None = None, label: str = ""
) -> SafeString:
    """The value on a scale that has its range in the middle; a bar marks the value before."""
    span = float(high) - float(low) or 1.0
    start = float(low) - span

    def across(number: Number) -> float:
        return min(max((float(number) - start) / (3 * span) * GAUGE, 4), GAUGE - 4)

    side = _outside(float(value), low, high)
    bar = _bar(across(before)) if before is not None else ""
    return format_html(
        '<svg class="gauge" viewBox="0 0 {} 12" {}><rect class="gauge-track" y="4" width="{}" '
        'height="4" rx="2"/><rect class="gauge-band" x="{}" y="4" width="{}" height="4"/>{}'
        '<circle class="gauge-now {}" cx="{}" cy="6" r="4"/></svg>',
        *(GAUGE, _said(label), GAUGE, GAUGE / 3, GAUGE / 3, bar, side, round(across(value), 1)),
    )


def _bar(x: float) -> SafeString:
    return format_html(
        '<rect class="gauge-before" x="{}" y="1" width="2" height="10"/>', round(x - 1, 1)
    )


def _outside(value: float, low: Number | None, high: Number | None) -> str:
    if low is not None and value < float(low):
        return "low"
    return "high" if high is not None and value > float(high) else ""


def _height(value: float, bottom: float, top: float) -> float:
    return HEIGHT - EDGE - (value - bottom) / (top - bottom or 1.0) * (HEIGHT - 2 * EDGE)


def _band(low: Number | None, high: Number | None, bottom: float, top: float) -> SafeString:
    if low is None and high is None:
        return SafeString("")
    upper = _height(float(high) if high is not None else top, bottom, top)
    lower = _height(float(low) if low is not None else bottom, bottom, top)
    return format_html(
        '<rect class="spark-band" y="{}" width="{}" height="{}"/>',
        *(round(upper, 1), WIDTH, round(lower - upper, 1)),
    )


def _said(label: str) -> SafeString:
    if not label:
        return SafeString('aria-hidden="true"')
    return format_html('role="img" aria-label="{}"', label)
