"""Where things stand in the plan of a day: rows of a quarter of an hour, as classes of today.css."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django import template

from patients.queries.day import STEP, Day, Gap, Slot

register = template.Library()

HALF_HOUR = timedelta(minutes=30)
LONGEST = 32
FIVE = 5


@register.simple_tag
def rows(piece: Slot | Gap, begins: datetime) -> str:
    """`r5 s2`: begins in the fifth row and is two rows long."""
    first = row_of(piece.begins, begins)
    last = row_of(piece.ends - timedelta(seconds=1), begins)
    length = min(max(last - first + 1, 1), LONGEST)
    return f"r{first} s{length}"


@register.filter
def half_hours(plan: Day) -> Iterator[tuple[datetime, str]]:
    """The hours at the edge, each with its row."""
    at = plan.begins
    while at < plan.ends:
        yield at, f"r{row_of(at, plan.begins)}"
        at += HALF_HOUR


@register.simple_tag
def now_line(plan: Day) -> str:
    """`r7 m10`: now is ten minutes into the seventh row; nothing outside the plan."""
    if not plan.slots or not plan.begins <= plan.now < plan.ends:
        return ""
    row = row_of(plan.now, plan.begins)
    into = (plan.now - plan.begins - (row - 1) * STEP).total_seconds() // 60
    return f"r{row} m{int(into) // FIVE * FIVE}"


def row_of(moment: datetime, begins: datetime) -> int:
    return int((moment - begins) / STEP) + 1
