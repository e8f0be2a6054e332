"""Whom an answer shows. What is loaded during a request notes itself here, and the answer leaves
only once that is written to the audit (core.shell.reading).

Outside a request nobody listens: commands and tasks show nobody anything.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Reading:
    """What one request shows, and as what it is told."""

    patients: set[str] = field(default_factory=set)
    action: str = ""
    entity_type: str = "patient"
    entity_id: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    is_exact: bool = False
    whole: str = ""
    is_part: bool = False


_reading: ContextVar[Reading | None] = ContextVar("clinic_reading", default=None)


@contextmanager
def watching() -> Iterator[Reading]:
    """Collects whom the work inside shows, whatever thread it runs in."""
    reading = Reading()
    token = _reading.set(reading)
    try:
        yield reading
    finally:
        _reading.reset(token)


def saw(patient_id: object) -> None:
    """Something of this patient was loaded, so it counts as shown."""
    reading = _reading.get()
    if reading is not None and patient_id and not reading.is_exact:
        reading.patients.add(str(patient_id))


def shows(patient_ids: Iterable[object]) -> None:
    """Exactly these are shown, although more were loaded to choose from."""
    reading = _reading.get()
    if reading is not None:
        reading.patients, reading.is_exact = {str(one) for one in patient_ids}, True


def whole(thing: str) -> None:
    """The answer shows this thing, and its parts follow as answers of their own, like the pictures
    of a page: they go on with this look."""
    _belongs(thing, is_part=False)


def part_of(thing: str) -> None:
    """The answer is told only if this person was not told to have seen the whole lately."""
    _belongs(thing, is_part=True)


def tell_as(
    action: str, *, entity_type: str = "patient", entity_id: object = "", **details: Any
) -> None:
    """The answer is no mere look: a search, a print, an export. It is told even if it shows nobody,
    and each time; `details` become the entry's `changes`."""
    reading = _reading.get()
    if reading is not None:
        reading.action, reading.entity_type = action, entity_type
        reading.entity_id, reading.details = str(entity_id), details


def _belongs(thing: str, *, is_part: bool) -> None:
    reading = _reading.get()
    if reading is not None:
        reading.whole, reading.is_part = thing, is_part
