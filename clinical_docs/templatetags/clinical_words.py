"""Clinical documents in words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinical_docs.choices import Category, rounded, short_name, unit_on_paper
from clinical_docs.queries.measures import measures_of
from clinical_docs.queries.signs import Round, rounds_of
from clinical_docs.vital_signs.ranges import Limits
from core.shell.charts import range_text
from core.shell.words import clinic_datetime
from core.timeline.entries import Entry

register = template.Library()
register.filter("unit", unit_on_paper)

LETTERS = {"HH": "HH", "LL": "LL", "H": "H", "L": "L", "A": "A", "AA": "AA", "H*": "H", "L*": "L"}
MOST_SHOWN = 30
# A scale in pixels; one that is open above, such as saturation, shows so much below its range.
BAR, OPEN_BELOW, OPEN_SPAN = 120, 12, 16


@dataclass(frozen=True)
class Shown:
    """One value as a line of the record writes it."""

    name: str
    value: str
    unit: str
    flag: str
    range: str
    old: str


@register.filter
def measured(document: dict[str, Any]) -> list[Shown]:
    """The values of a document in its own order, each with what an amendment put right."""
    olds = olds_of(document.get("data", {}))
    found = list(measures_of(document))[:MOST_SHOWN]
    return [
        Shown(
            short_name(m.name),
            rounded(m.value),
            m.unit,
            LETTERS.get(m.flag, ""),
            range_text(m.low, m.high),
            olds.get(m.key, ""),
        )
        for m in found
    ]


def olds_of(data: dict[str, Any]) -> dict[str, str]:
    """`13.2` or `13.2, 12.9` of each value that was amended."""
    olds: dict[str, list[str]] = {}
    for amendment in data.get("amendments") or ():
        for key, value in amendment.get("before", {}).items():
            olds.setdefault(key, []).append(rounded(value) or "nothing")
    return {key: ", ".join(values) for key, values in olds.items()}


@register.filter
def rounds(entry: Entry) -> list[Round]:
    """The vital signs of a visit, the last round first."""
    return rounds_of([one.facts for one in (entry, *entry.also)])


@register.filter
def note_text(document: dict[str, Any]) -> str:
    """All the words of a note, section by section."""
    data = document.get("data", {})
    parts = [str(data.get("text", ""))]
    for section in data.get("sections") or ():
        title, text = section.get("title", ""), section.get("text", "")
        parts.append(f"{title}: {text}" if title and text else text)
    return "\n".join(part for part in parts if part) or str(data.get("title", "Note"))


@register.filter
def kind_in_words(data_type: str) -> str:
    """`care_plan` is a Care plan."""
    return data_type.replace("_", " ").capitalize()


@register.filter
def named(things: dict[str, Any] | None, name: str) -> Any:
    """The thing of this name, if there is one."""
    return (things or {}).get(name)


@register.simple_tag
def measure_input(bound: BoundField) -> SafeString:
    """The field of a vital sign, described by what is heard of it and by its error."""
    told = [f"{bound.auto_id}_heard", f"{bound.auto_id}_error" if bound.errors else ""]
    return bound.as_widget(
        attrs={"class": "box num", "aria-describedby": " ".join(filter(None, told))}
    )


@register.simple_tag
def range_bar(limits: Limits | None, before: float | str | None = None) -> SafeString:
    """The usual range with the value before on it; the present one is placed as it is typed."""
    if limits is None or limits.low is None:
        return SafeString("")
    low, high = float(limits.low), float(limits.high) if limits.high is not None else None
    bar = _bar(place_on(low, high, before)) if isinstance(before, float) else SafeString("")
    start, width = (BAR * 0.75, BAR * 0.25) if high is None else (BAR / 3, BAR / 3)
    return format_html(
        '<svg class="gauge" viewBox="0 0 {} 12" aria-hidden="true"><rect class="gauge-track" y="4"'
        ' width="{}" height="4" rx="2"/><rect class="gauge-band" x="{}" y="4" width="{}" height="4"/>'
        '{}<circle class="gauge-now" data-now hidden cy="6" r="4"/></svg>',
        *(BAR, BAR, start, width, bar),
    )


def place_on(low: float, high: float | None, value: float) -> float:
    """Where a value lies on the scale, as static/js/vital_signs.js places the present one."""
    if high is None:
        share = (value - (low - OPEN_BELOW)) / OPEN_SPAN
    else:
        span = high - low or 1.0
        share = (value - (low - span)) / (3 * span)
    return min(max(share * BAR, 4), BAR - 4)


def _bar(x: float) -> SafeString:
    return format_html(
        '<rect class="gauge-before" x="{}" y="1" width="2" height="10"/>', round(x - 1, 1)
    )


@register.filter
def note_sections(document: dict[str, Any]) -> list[dict[str, str]]:
    """A note part by part; one that has none is one part without a title."""
    data = document.get("data", {})
    parts = [one for one in data.get("sections") or () if one.get("text")]
    plain = [{"title": "", "text": str(data.get("text", ""))}] if data.get("text") else []
    return [*plain, *parts]


@register.filter
def amends_from(document: dict[str, Any]) -> str:
    """When the note was signed that this one stands in place of; empty where nobody knows."""
    moment = parse_datetime(str(document.get("data", {}).get("amends_at") or ""))
    return clinic_datetime(moment) if moment else ""


@register.filter
def document_id(document: dict[str, Any]) -> str:
    return str(document["_id"])


@register.filter
def is_on(moment: datetime, day: date) -> bool:
    """Whether it was on this day, by the clinic's clock."""
    return timezone.localdate(moment) == day


@register.filter
def part(texts: dict[str, str], name: str) -> str:
    """The section of this name."""
    return texts.get(name, "")


@register.filter
def document_category(name: str) -> str:
    """Ours by its label, one of an import as it came."""
    return Category(name).label if name in Category.values else name
