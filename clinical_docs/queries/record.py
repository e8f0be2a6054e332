"""What clinical documents add around the timeline: last values with their trend, and charts."""

from dataclasses import dataclass
from uuid import UUID

from clinical_docs.queries import charts
from clinical_docs.queries.measures import Measure, measures, recent_documents
from core.shell.charts import Chart

LAST_RESULTS = 5
VITALS = {
    "8480-6": "Systolic",
    "8462-4": "Diastolic",
    "8867-4": "Pulse",
    "9279-1": "Breathing",
    "8310-5": "Temperature",
    "2708-6": "Oxygen",
    "59408-5": "Oxygen",
    "29463-7": "Weight",
}


@dataclass(frozen=True)
class Latest:
    """The last value of a measurement beside the one before it."""

    name: str
    measure: Measure
    before: Measure | None

    @property
    def trend(self) -> str:
        if self.before is None or self.before.number is None or self.measure.number is None:
            return ""
        if self.measure.number == self.before.number:
            return "same"
        return "up" if self.measure.number > self.before.number else "down"


@dataclass(frozen=True)
class Measured:
    """Last vital signs, last results, charts."""

    vitals: list[Latest]
    results: list[Latest]
    charts: list[Chart]


def measured(patient_id: UUID) -> Measured:
    """One question to MongoDB. Raises ServiceUnavailable without it."""
    found = measures(recent_documents(patient_id))
    latest = _latest(found)
    vitals = [one for one in latest if one.measure.code in VITALS]
    results = [one for one in latest if one.measure.data_type == "lab_result"]
    return Measured(_named(vitals), results[:LAST_RESULTS], charts.charts(found))


def _latest(found: list[Measure]) -> list[Latest]:
    """Per measurement and unit, newest first; comparing across units would mislead."""
    last: dict[tuple[str, str], list[Measure]] = {}
    for one in found:
        pair = last.setdefault((one.code or one.key, one.unit), [])
        # A report repeats its members' values: the one before is from an earlier moment.
        if not pair or (len(pair) == 1 and one.at < pair[0].at):
            pair.append(one)
    return [Latest(p[0].name, p[0], p[1] if len(p) > 1 else None) for p in last.values()]


def _named(vitals: list[Latest]) -> list[Latest]:
    """In the order a nurse takes them, each once."""
    first: dict[str, Latest] = {}
    for one in vitals:
        name = VITALS[one.measure.code]
        first.setdefault(name, Latest(name, one.measure, one.before))
    return [first[name] for name in dict.fromkeys(VITALS.values()) if name in first]
