"""Files of the archive: entries as MongoDB held them, one after the other, gzipped.

`zcat FILE | bsondump` reads them too.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from django.conf import settings

from core.errors import ClinicError
from core.files.folder import PART, sync
from core.relay.sinks import CODEC_RAW

LEAST, MOST = 5, 16 * 2**20 + 16 * 2**10
"""Bytes of a BSON document [MongoDB limits: 16 MiB, and 16 KiB for what the server adds]."""


class Damaged(ClinicError):
    """A file of the archive is not there, or cannot be read to its end."""


def path_of(name: str) -> Path:
    return Path(settings.AUDIT_ARCHIVE) / name


def name_of(first: int, last: int) -> str:
    """In the order of the entries, when sorted."""
    return f"audit-{first:012}-{last:012}.bson.gz"


def write(path: Path, entries: Iterable[bytes]) -> Path:
    """Write beside the place, and wait until the disk has it. The same entries make the same bytes.

    Raises OSError, and then leaves nothing.
    """
    part = path.with_name(path.name + PART)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(part, "wb", opener=_for_us_alone) as file:
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as zipped:
                zipped.writelines(entries)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def keep(part: Path, path: Path) -> None:
    """Give what was written and read again its name."""
    part.rename(path)
    sync(path.parent)


def read(path: Path) -> Iterator[RawBSONDocument]:
    """Every entry in its order, whole but not looked into. Raises Damaged."""
    try:
        with gzip.open(path) as file:
            while start := file.read(4):
                yield _entry(cast(BinaryIO, file), start)
    except FileNotFoundError as error:
        raise Damaged(f"{path} is not there.") from error
    except (OSError, EOFError, ValueError, zlib.error, BSONError) as error:
        raise Damaged(f"{path} cannot be read to its end: {error}") from error


def digest(path: Path) -> str:
    """SHA-256 [FIPS 180-4] of the file as it lies there. Raises Damaged."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Damaged(f"{path} cannot be read: {error.strerror}.") from error


def _entry(file: BinaryIO, start: bytes) -> RawBSONDocument:
    size = int.from_bytes(start, "little")
    raw = start + file.read(size - 4) if LEAST <= size <= MOST else b""
    if len(raw) != size:
        raise ValueError("an entry is cut off")
    return RawBSONDocument(raw, CODEC_RAW)


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
