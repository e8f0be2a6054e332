"""The whole of an import: read everything, then take it in."""

import gc
import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.db.models.functions import Now

from core.capture.context import acting
from core.databases.alone import alone
from core.importing.engine import Engine
from core.importing.errors import ImportRefused
from core.importing.identity import given_source
from core.importing.models import ImportedFile
from core.importing.progress import Shown, Unseen
from core.importing.reading import Reader
from core.importing.registry import handlers
from core.importing.report import Report
from core.importing.sources import Sources

LOCK = 0x5E7F41
TWICE = "Another import is running. Wait until it has finished."
NOTHING = "No FHIR resources were found."


def import_paths(paths: Sequence[Path], *, source: str = "", shown: Shown | None = None) -> Report:
    """Import the files at these paths and say what became of them.

    Raises ImportRefused before anything is written: for a path that does not exist, damaged or
    oversized files, another FHIR version, and while another import runs. A resource that cannot
    be taken in is part of the report and stops nothing. What was imported before is not imported
    again, so an import that was broken off goes on where it was.
    """
    begun, shown, known = time.monotonic(), shown or Unseen(), handlers()
    report = Report()
    with alone(LOCK, ImportRefused(TWICE)), _seldom_collecting():
        reader = Reader(known, report, given_source(source) if source else None)
        sources = Sources(paths)
        reader.read(sources, lambda position: shown.reading(position, sources.total_bytes))
        if not report.read:
            raise ImportRefused(" ".join((NOTHING, *report.passed_over[:5])))
        with (
            _recorded(sources),
            acting(reason=f"import of {', '.join(path.name for path in paths)}"),
        ):
            engine = Engine(known, reader.links, report, reader.names)
            engine.run(reader.spool, lambda count: shown.taking(count, len(reader.spool)))
    report.files, report.seconds = len(reader.names), time.monotonic() - begun
    return report


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Parsed JSON has no cycles; looking for them at every turn takes a third of the time."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def _recorded(sources: Sources) -> Iterator[None]:
    """Note which files were imported; those of a broken-off import stay without an end."""
    digests = {_digest(path): str(path) for path in sources.files}
    files = [ImportedFile(digest=digest, path=path) for digest, path in digests.items()]
    ImportedFile.objects.bulk_create(files, ignore_conflicts=True)
    yield
    ImportedFile.objects.filter(digest__in=digests).update(finished_at=Now())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:64]
