"""Patients and their history, brought in by the importer like anybody else's."""

import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import zstandard
from django.conf import settings

from clinic.demo.calendar import moved
from clinic.demo.known import SOURCE
from clinic.demo.progress import Advance, Facts
from clinic.models import DemoStep
from core.clock import today
from core.importing.run import import_paths
from patients.models import LabRequest, LabTest

DATA = Path(__file__).with_name("data")
FIRST, REST = "patients-first.ndjson", "patients-rest.ndjson"
BEGUN = "begun"
READING_SHARE = 0.1


class Part:
    """Tells a step how far its import is."""

    def __init__(self, advance: Callable[[float], None]) -> None:
        self.advance, self.taken = advance, 0

    def reading(self, position: int, total: int) -> None:
        self.advance(READING_SHARE * position / max(total, 1))

    def taking(self, count: int, total: int) -> None:
        self.taken += count
        self.advance(READING_SHARE + (1 - READING_SHARE) * self.taken / max(total, 1))


def import_first(advance: Advance) -> Facts:
    return import_file(FIRST, advance)


def import_rest(advance: Advance) -> Facts:
    return import_file(REST, advance)


def import_file(name: str, advance: Advance) -> Facts:
    """Imports a committed file; what an earlier attempt brought in is left as it is."""
    with dated_copy(name, begun_on()) as path:
        report = import_paths([path], source=SOURCE, shown=Part(advance))
    return {
        "patients": report.resources["Patient"].read,
        "resources": report.read,
        "rejected": report.rejected,
    }


def begun_on() -> date:
    """The day for which the history is dated: the first attempt's, so that all agree."""
    step, _ = DemoStep.objects.get_or_create(
        name=BEGUN, defaults={"facts": {"day": today().isoformat()}}
    )
    return date.fromisoformat(step.facts["day"])


@contextmanager
def dated_copy(name: str, day: date) -> Iterator[Path]:
    """The file with its dates moved, for as long as it is needed."""
    path = Path(settings.CLINIC_HOME) / "demo" / f"{name}.zst"
    path.parent.mkdir(exist_ok=True)
    try:
        with lzma.open(DATA / f"{name}.xz") as packed, zstandard.open(path, "wb") as copy:
            for line in moved(packed, day):
                copy.write(line)
        yield path
    finally:
        path.unlink(missing_ok=True)


def link_tests() -> Facts:
    """Requests that name a test of the catalogue by its LOINC code belong to it."""
    linked = 0
    for test in LabTest.objects.exclude(loinc=""):
        requests = LabRequest.objects.filter(test=None, code=test.loinc)
        linked += requests.update(test=test)
    return {"linked": linked}
