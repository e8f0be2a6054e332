"""From the paths somebody typed to readable files: folders, archives and compressed files opened."""

import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.importing import archives
from core.importing.errors import ImportRefused
from core.importing.limits import LIMITS, Limits, Meter
from core.importing.unpacking import OPENERS, kind_of, unpacked

OBSTACLES = {
    "xml": "is XML; export it as FHIR JSON",
    "other": "is neither JSON nor a known archive",
}


@dataclass(slots=True)
class Member:
    """A file to read. Where an `obstacle` is given it cannot be, and that says why."""

    name: str
    stream: io.BufferedReader
    path: Path
    obstacle: str = ""


class Sources:
    """The files behind some paths, in the order of their names, opened one after the other.

    A missing path, a file that is damaged, may not be read or unpacks to too much raises
    ImportRefused. Links in a folder are named, not followed: they may lead in circles.
    """

    def __init__(self, paths: Sequence[Path], limits: Limits = LIMITS) -> None:
        self.limits = limits
        found = [file for path in paths for file in _files_under(path)]
        self._links = [file for file in found if file.is_symlink() and file not in paths]
        self.files = [file for file in found if file in paths or not file.is_symlink()]
        self.total_bytes = sum(file.stat().st_size for file in self.files)
        self._finished_bytes = 0
        self._open: io.BufferedReader | None = None

    @property
    def position(self) -> int:
        """How many of the packed bytes are read."""
        return self._finished_bytes + (self._open.tell() if self._open else 0)

    def __iter__(self) -> Iterator[Member]:
        for path in self.files:
            size = path.stat().st_size
            meter = Meter(str(path), size, self.limits)
            with _readable(path), path.open("rb") as self._open:
                yield from _members(path, str(path), self._open, meter)
            self._open = None
            self._finished_bytes += size
        for link in self._links:
            yield Member(str(link), io.BufferedReader(io.BytesIO()), link, archives.LINK)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Says in a sentence what stood in the way."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise ImportRefused(f"{where} cannot be read: {error.strerror or error}.") from error


def _files_under(path: Path) -> list[Path]:
    with _readable(path):
        if path.is_dir():
            visible = [file for file in _walk(path) if not _hidden(str(file.relative_to(path)))]
            if not visible:
                raise ImportRefused(f"{path} holds no files.")
            return sorted(visible)
        if path.is_file():
            return [path]
        what = "is neither a file nor a folder" if path.exists() else "does not exist"
        raise ImportRefused(f"{path} {what}. Check the path.")


def _walk(folder: Path) -> Iterator[Path]:
    """Every file and link below it. Raises OSError for a folder that may not be read."""

    def fail(error: OSError) -> None:
        raise error

    for here, folders, files in os.walk(folder, onerror=fail):
        links = (name for name in folders if Path(here, name).is_symlink())
        yield from (Path(here, name) for name in (*files, *links))


def _hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part == "__MACOSX" or re.match(r"\.(?!\.?$)", part) for part in parts)


def _members(
    path: Path, name: str, stream: io.BufferedReader, meter: Meter, depth: int = 0, layers: int = 0
) -> Iterator[Member]:
    kind = kind_of(stream)
    if kind in OPENERS:
        _refuse_beyond(1, layers, f"{name} is compressed twice.")
        inner = unpacked(stream, kind, meter)
        yield from _members(path, name, inner, meter, depth, layers + 1)
    elif kind in ("tar", "zip"):
        deepest = meter.limits.archive_depth
        _refuse_beyond(deepest, depth, f"{name} lies in archives more than {deepest} deep.")
        for inside, content, obstacle in archives.entries(kind, stream, meter):
            if content is None:
                yield Member(f"{name}/{inside}", stream, path, obstacle)
            elif not _hidden(inside):
                yield from _members(path, f"{name}/{inside}", content, meter, depth + 1)
    else:
        yield Member(name, stream, path, OBSTACLES.get(kind, ""))


def _refuse_beyond(limit: int, reached: int, sentence: str) -> None:
    if reached >= limit:
        raise ImportRefused(f"{sentence} Unpack it first.")
