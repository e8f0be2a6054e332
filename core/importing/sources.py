"""From the paths somebody typed to readable files: folders, archives and compressed files opened."""

import io
import re
from collections.abc import Iterator, Sequence
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

    A missing path, a damaged file or one that unpacks to too much raises ImportRefused.
    """

    def __init__(self, paths: Sequence[Path], limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.files = [file for path in paths for file in _files_under(path)]
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
            with path.open("rb") as self._open:
                yield from _members(path, str(path), self._open, meter)
            self._open = None
            self._finished_bytes += size


def _files_under(path: Path) -> list[Path]:
    if path.is_dir():
        files = [file for file in path.rglob("*") if file.is_file() and not file.is_symlink()]
        visible = sorted(file for file in files if not _hidden(str(file.relative_to(path))))
        if not visible:
            raise ImportRefused(f"{path} holds no files.")
        return visible
    if not path.is_file():
        raise ImportRefused(f"{path} does not exist. Check the path.")
    return [path]


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
