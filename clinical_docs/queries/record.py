"""What clinical documents add around the timeline: last values with their trend, and charts."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from clinical_docs.choices import rounded, short_name
from clinical_docs.queries import charts
from clinical_docs.queries.measures import Measure, measures, recent_documents
from core.shell.charts import Chart

LAST_RESULTS = 6
SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
VITALS = {
    SYSTOLIC: "Pressure",
    DIASTOLIC: "",
    "8867-4": "Pulse",
    "8310-5": "Temperature",
    "2708-6": "Oxygen",
    "59408-5": "Oxygen",
    "9279-1": "Breathing",
    "29463-7": "Weight",
}
"""LOINC's codes in the order a nurse takes them; the lower pressure stands beside the upper."""


@dataclass(frozen=True)
class Latest:
    """The last value of a measurement beside the one before it, in words."""

    name: str
    value: str
    unit: str
    flag: str
    before: str
    trend: str


@dataclass(frozen=True)
class Measured:
    """Last vital signs with their moment, last results, charts."""

    vitals: list[Latest]
    taken_at: datetime | None
    results: list[Latest]
    charts: list[Chart]


Pair = list[Measure]
"""The last value, and the one before where there is one."""


def measured(patient_id: UUID) -> Measured:
    """One question to MongoDB. Raises ServiceUnavailable without it."""
    found = measures(recent_documents(patient_id))
    pairs = _pairs(found)
    vitals = {pair[0].code: pair for pair in reversed(pairs) if pair[0].code in VITALS}
    results = [_latest(pair) for pair in pairs if pair[0].data_type == "lab_result"]
    taken_at = max((pair[0].at for pair in vitals.values()), default=None)
    return Measured(_vitals(vitals), taken_at, results[:LAST_RESULTS], charts.charts(found))


def _pairs(found: list[Measure]) -> list[Pair]:
    """Per measurement and unit, newest first; comparing across units would mislead."""
    last: dict[tuple[str, str], Pair] = {}
    for one in found:
        pair = last.setdefault((one.code or one.key, one.unit), [])
        # A report repeats its members' values: the one before is from an earlier moment.
        if not pair or (len(pair) == 1 and one.at < pair[0].at):
            pair.append(one)
    return list(last.values())


def _vitals(pairs: dict[str, Pair]) -> list[Latest]:
    """Each sign once, whichever of its codes it came under."""
    shown: dict[str, Latest] = {}
    for code, name in VITALS.items():
        if code == SYSTOLIC and code in pairs and DIASTOLIC in pairs:
            shown[name] = _pressure(pairs[SYSTOLIC], pairs[DIASTOLIC])
        elif name and code in pairs:
            shown.setdefault(name, _latest(pairs[code], name))
    return list(shown.values())


def _latest(pair: Pair, name: str = "") -> Latest:
    now, before = pair[0], pair[1] if len(pair) > 1 else None
    return Latest(
        name=name or short_name(now.name),
        value=rounded(now.value),
        unit=now.unit,
        flag=now.flag,
        before=rounded(before.value) if before else "",
        trend=_trend(before, now),
    )


def _pressure(upper: Pair, lower: Pair) -> Latest:
    """`152/96`; the flag is the upper's, else the lower's."""
    both = [_latest(upper, "Pressure"), _latest(lower)]
    before = "/".join(one.before for one in both) if all(one.before for one in both) else ""
    value, flag = "/".join(one.value for one in both), both[0].flag or both[1].flag
    return replace(both[0], value=value, flag=flag, before=before)


def _trend(before: Measure | None, now: Measure) -> str:
    if before is None or before.number is None or now.number is None:
        return ""
    if now.number == before.number:
        return "same"
    return "up" if now.number > before.number else "down"
