"""Moves every visit into the clinic's opening hours, and what was written during it along."""

import json
import re
from datetime import datetime, timedelta

from bench.demo_data.charts import Chart, Resource, dice, encounter_of, started_on
from bench.demo_data.choose import is_ours

MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?")
SATURDAY, SUNDAY = 5, 6
OPENS_AT, SLOTS, SLOT_MINUTES = timedelta(hours=8), 52, 10
LUNCH_SLOTS = range(25, 29)


def keep_hours(chart: Chart) -> None:
    """Rewrites the moments of every resource that belongs to one of our visits."""
    shifts = {row["id"]: shift_of(row) for row in chart.all_of("Encounter") if is_ours(row)}
    for kind, found in chart.resources.items():
        chart.resources[kind] = [moved(row, kind, shifts) for row in found]


def shift_of(encounter: Resource) -> tuple[str, timedelta]:
    """The day the encounter was on and how far it moves."""
    start = moment(encounter["period"]["start"])
    opened = working_day(start) + OPENS_AT + slot(encounter["id"]) * timedelta(minutes=SLOT_MINUTES)
    return started_on(encounter), opened - start


def working_day(start: datetime) -> datetime:
    """Midnight of the day itself; of a day of the week around it for Sundays and most Saturdays."""
    day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if day.weekday() == SUNDAY:
        return day + timedelta(days=1 + dice("sunday", start) % 5)
    if day.weekday() == SATURDAY and dice("saturday", start) % 3:
        return day - timedelta(days=1 + dice("friday", start) % 5)
    return day


def slot(key: str) -> int:
    """A ten minute slot of the day, none over lunch, more of them in the morning."""
    wanted = min(dice("slot", key) % SLOTS, dice("early", key) % (SLOTS + 20))
    return wanted + len(LUNCH_SLOTS) if wanted in LUNCH_SLOTS else wanted


def moved(row: Resource, kind: str, shifts: dict[str, tuple[str, timedelta]]) -> Resource:
    key = row["id"] if kind == "Encounter" else encounter_of(row)
    if key not in shifts:
        return row
    day, shift = shifts[key]
    text = json.dumps(row, ensure_ascii=False)
    return json.loads(MOMENT.sub(lambda found: move(found[0], day, shift), text))  # type: ignore[no-any-return]


def move(text: str, day: str, shift: timedelta) -> str:
    """Dates alone move only when they are the encounter's own day; older facts stay."""
    if len(text) > len(day):
        return (moment(text) + shift).strftime("%Y-%m-%dT%H:%M:%SZ") if text >= day else text
    if text != day:
        return text
    return (moment(f"{day}T10:00:00Z") + shift).strftime("%Y-%m-%d")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
