"""Clinical documents in words."""

from dataclasses import dataclass
from typing import Any

from django import template

from clinical_docs.choices import rounded, short_name, unit_on_paper
from clinical_docs.queries.measures import measures_of
from clinical_docs.queries.signs import Round, rounds_of
from core.shell.charts import range_text
from core.timeline.entries import Entry

register = template.Library()
register.filter("unit", unit_on_paper)

LETTERS = {"HH": "HH", "LL": "LL", "H": "H", "L": "L", "A": "A", "AA": "A", "H*": "H", "L*": "L"}
MOST_SHOWN = 30


@dataclass(frozen=True)
class Shown:
    """One value as a line of the record writes it."""

    name: str
    value: str
    unit: str
    flag: str
    range: str


@register.filter
def measured(document: dict[str, Any]) -> list[Shown]:
    """The values of a document in its own order."""
    found = list(measures_of(document))[:MOST_SHOWN]
    return [
        Shown(
            short_name(m.name),
            rounded(m.value),
            m.unit,
            LETTERS.get(m.flag, ""),
            range_text(m.low, m.high),
        )
        for m in found
    ]


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
