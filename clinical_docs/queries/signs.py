"""Vital signs and results, the last beside the one before, in the words of a line."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from clinical_docs.choices import rounded, short_name
from clinical_docs.queries.measures import Measure, measures_of
from clinical_docs.vital_signs.signs import NEWS2

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
TOGETHER = timedelta(minutes=10)
VITALS = {
    NEWS2: "NEWS2",
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
    at: datetime | None = None


Pair = list[Measure]
"""The last value, and the one before where there is one."""


@dataclass(frozen=True)
class Round:
    """What a nurse took in one go."""

    signs: list[Latest]
    is_withdrawn: bool


def rounds_of(documents: list[dict[str, Any]]) -> list[Round]:
    """Documents, newest first, as rounds: a sign that comes again begins the next one."""
    rounds: list[tuple[dict[str, Pair], bool]] = []
    for document in documents:
        is_withdrawn = document.get("status") == "entered_in_error"
        taken = {one.code or one.key: [one] for one in measures_of(document)}
        if not rounds or rounds[-1][1] != is_withdrawn or rounds[-1][0].keys() & taken.keys():
            rounds.append(({}, is_withdrawn))
        rounds[-1][0].update(taken)
    return [Round(_whole_round(taken), withdrawn) for taken, withdrawn in rounds]


def _whole_round(taken: dict[str, Pair]) -> list[Latest]:
    """The usual signs in their order, then the others."""
    others = [latest_of(pair) for code, pair in taken.items() if code not in VITALS]
    lone_lower = (
        [latest_of(taken[DIASTOLIC])] if DIASTOLIC in taken and not _is_whole(taken) else []
    )
    return [*signs_of(taken), *lone_lower, *others]


def pairs_of(found: list[Measure]) -> list[Pair]:
    """Per measurement and unit, newest first; comparing across units would mislead."""
    last: dict[tuple[str, str], Pair] = {}
    for one in found:
        pair = last.setdefault((one.code or one.key, one.unit), [])
        # A report repeats its members' values: the one before is from an earlier moment.
        if not pair or (len(pair) == 1 and one.at < pair[0].at):
            pair.append(one)
    return list(last.values())


def signs_of(pairs: dict[str, Pair]) -> list[Latest]:
    """Each sign once, whichever of its codes it came under."""
    shown: dict[str, Latest] = {}
    for code, name in VITALS.items():
        if code == SYSTOLIC and _is_whole(pairs):
            shown[name] = _pressure(pairs[SYSTOLIC], pairs[DIASTOLIC])
        elif name and code in pairs:
            shown.setdefault(name, latest_of(pairs[code], name))
    return list(shown.values())


def _is_whole(pairs: dict[str, Pair]) -> bool:
    """Whether there are both pressures, taken together and in one unit."""
    upper, lower = pairs.get(SYSTOLIC), pairs.get(DIASTOLIC)
    return bool(upper and lower and _are_of_one(upper[:1], lower[:1]))


def _are_of_one(upper: Pair, lower: Pair) -> bool:
    """90 of today above 110 of last year would be a pressure nobody ever had."""
    return all(
        one.unit == other.unit and abs(one.at - other.at) <= TOGETHER
        for one, other in zip(upper, lower, strict=True)
    )


def latest_of(pair: Pair, name: str = "") -> Latest:
    now, before = pair[0], pair[1] if len(pair) > 1 else None
    return Latest(
        name=name or short_name(now.name),
        value=rounded(now.value),
        unit=now.unit,
        flag=now.flag,
        before=rounded(before.value) if before else "",
        trend=_trend(before, now),
        at=now.at,
    )


def _pressure(upper: Pair, lower: Pair) -> Latest:
    """`152/96`; the flag is the upper's, else the lower's."""
    both = [latest_of(upper, "Pressure"), latest_of(lower)]
    is_pair = len(upper) == len(lower) and _are_of_one(upper, lower)
    before = "/".join(one.before for one in both) if is_pair and both[0].before else ""
    value, flag = "/".join(one.value for one in both), both[0].flag or both[1].flag
    return replace(both[0], value=value, flag=flag, before=before)


def _trend(before: Measure | None, now: Measure) -> str:
    if before is None or before.number is None or now.number is None:
        return ""
    if now.number == before.number:
        return "same"
    return "up" if now.number > before.number else "down"
