"""What is typed for one test order: merged with a colleague's values, judged, made a document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from clinical_docs.queries.computing import computed_among
from clinical_docs.queries.judging import (
    CRITICAL,
    LETTERS,
    Subject,
    Value,
    flag,
    is_odd,
    plain,
    range_for,
    read,
    written,
)
from clinical_docs.queries.keys import COMMENT, key_of
from core.errors import ClinicError
from patients.models import LabRequest, LabTest, ReferenceRange

Place = tuple[UUID, str]
Data = dict[str, Any]


@dataclass(frozen=True)
class Typed:
    """A form's values for one order by analyte, and `before`: what the form showed first.

    `sure` names the analytes whose odd value was said to be right.
    """

    request_id: UUID
    values: Mapping[str, str]
    before: Mapping[str, str] = field(default_factory=dict)
    sure: frozenset[str] = frozenset()


class NotSaved(ClinicError):
    """Nothing is saved: `theirs` are values a colleague entered otherwise, `odd` those to confirm."""

    def __init__(self, theirs: dict[Place, str], odd: set[Place]) -> None:
        many = len(theirs) or len(odd)
        values = "a value" if many == 1 else f"{many} values"
        why = "A colleague has entered" if theirs else "Look again at"
        super().__init__(f"Not saved yet. {why} {values}{' otherwise' if theirs else ''}.")
        self.theirs, self.odd = theirs, odd


def texts_of(request: LabRequest) -> dict[str, str]:
    """What is entered so far, as fields show it."""
    results = request.entered.get("results", {})
    values = {key: written(value) for key, value in results.items()}
    return {**values, COMMENT: request.entered.get(COMMENT, "")}


def merge(typed: Typed, current: Mapping[str, str]) -> tuple[dict[str, str], dict[Place, str]]:
    """Mine and theirs together, and what both changed: theirs, by place."""
    taken, theirs = dict(current), {}
    for key, text in typed.values.items():
        mine, was, is_now = _clean(key, text), typed.before.get(key, ""), current.get(key, "")
        if mine in (was, is_now):
            continue
        if is_now == was:
            taken[key] = mine
        else:
            theirs[typed.request_id, key] = is_now
    return taken, theirs


def odd_values(typed: Typed, texts: Mapping[str, str], tests: Iterable[LabTest]) -> set[Place]:
    """Values to be asked about, but for those that were and still are what was confirmed."""
    changed = {
        key for key, text in typed.values.items() if _clean(key, text) != typed.before.get(key, "")
    }
    asked = {
        key
        for test in tests
        if (key := key_of(test)) in changed - typed.sure
        and (value := read(texts.get(key, ""))) is not None
        and is_odd(test, value)
    }
    return {(typed.request_id, key) for key in asked}


def data_of(
    request: LabRequest, texts: Mapping[str, str], tests: Iterable[LabTest], subject: Subject
) -> Data:
    """The document's `data`: the shape every laboratory result has."""
    lines = [line for test in tests if (line := _line(test, texts, subject))]
    data: Data = {
        "test_name": request.name,
        "results": {line.key: line.value for line in lines},
        "reference_ranges": {line.key: line.range for line in lines if line.range},
        "units": {line.key: line.test.unit for line in lines if line.test.unit},
        "names": {line.key: line.test.name for line in lines},
        "codes": {line.key: line.test.loinc for line in lines if line.test.loinc},
        "flags": {line.key: line.flag for line in lines if line.flag},
        "critical": [line.key for line in lines if line.flag in CRITICAL],
    }
    more = {COMMENT: texts.get(COMMENT), "amendments": request.entered.get("amendments")}
    return {**data, **{name: value for name, value in more.items() if value}}


def is_complete(texts: Mapping[str, str], tests: list[LabTest]) -> bool:
    """Whether every test is answered; what follows from others may stay without a value."""
    computed = computed_among(tests)
    needed = [key_of(test) for test in tests if test.code not in computed]
    return all(texts.get(key) for key in needed)


def summary(data: Data) -> str:
    """`HH H L`: which letters there are, the gravest first."""
    there = set(data["flags"].values())
    return " ".join(letters for letters in LETTERS if letters in there)


def critical_values(data: Data) -> dict[str, Value]:
    return {key: data["results"][key] for key in data["critical"]}


@dataclass(frozen=True)
class _Line:
    """One analyte of a document."""

    test: LabTest
    key: str
    value: Value
    flag: str
    range: dict[str, int | float]


def _line(test: LabTest, texts: Mapping[str, str], subject: Subject) -> _Line | None:
    key = key_of(test)
    value = read(texts.get(key, ""))
    if value is None:
        return None
    limits = range_for(test, subject)
    return _Line(test, key, value, flag(test, value, limits), _ends(limits))


def _ends(limits: ReferenceRange | None) -> dict[str, int | float]:
    """`min` and `max`, as far as there are both."""
    ends = {"min": limits.low, "max": limits.high} if limits else {}
    return {name: plain(end) for name, end in ends.items() if end is not None}


def _clean(key: str, text: str) -> str:
    """A value as it will be read, so that `6,8` and `6.8` are the same."""
    return text.strip() if key == COMMENT else written(read(text))
