"""The files inside tar and zip archives, read in place: their names never become paths on disk."""

import io
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO

from core.importing.errors import ImportRefused
from core.importing.limits import MEGABYTE, Meter
from core.importing.unpacking import DAMAGED, metered

LINK = "is a link or a device, not a file"
LOCKED = "is locked with a password"

# A name, its content, and why there is none.
Entry = tuple[str, io.BufferedReader | None, str]


def entries(kind: str, stream: io.BufferedReader, meter: Meter) -> Iterator[Entry]:
    """Every file of the archive, each to be read before the next is asked for."""
    try:
        yield from (_tar if kind == "tar" else _zip)(stream, meter)
    except (tarfile.TarError, NotImplementedError, *DAMAGED) as error:
        raise ImportRefused(f"{meter.name} is damaged or cut short: {error}.") from error


def _tar(stream: io.BufferedReader, meter: Meter) -> Iterator[Entry]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for entry in archive:
            archive.members = []  # type: ignore[attr-defined]  # Or it remembers every one.
            meter.add_entry()
            content = archive.extractfile(entry) if entry.isreg() else None
            if content is not None:
                yield entry.name, metered(content, meter), ""
            elif not entry.isdir():
                yield entry.name, None, LINK


def _zip(stream: io.BufferedReader, meter: Meter) -> Iterator[Entry]:
    with _seekable(stream) as file, zipfile.ZipFile(file) as archive:
        listed = [entry for entry in archive.infolist() if not entry.is_dir()]
        meter.expect(sum(entry.file_size for entry in listed))
        for entry in listed:
            meter.add_entry()
            if entry.flag_bits & 1:
                yield entry.filename, None, LOCKED
                continue
            with archive.open(entry) as content:
                yield entry.filename, metered(content, meter), ""


def _seekable(stream: io.BufferedReader) -> IO[bytes]:
    """A zip's directory stands at its end, so one inside another file is copied out first."""
    if stream.seekable():
        return stream
    copy = tempfile.TemporaryFile(prefix="clinic-import-")  # noqa: SIM115
    while chunk := stream.read(MEGABYTE):
        copy.write(chunk)
    copy.seek(0)
    return copy
