"""What is made of a file before it is kept: known by its bytes, scanned, read in a cage."""

from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

from core.files import cage
from core.files.kinds import BY_MIME, HEAD, Kind, kind_of
from core.files.quarantine import Quarantined
from core.files.scanning import Scan, scan


@dataclass(frozen=True)
class Taken:
    """A file that may be kept. `facts` and `whose` are what a DICOM image says of itself and of
    its patient."""

    kind: Kind
    content: bytes
    thumbnail: bytes
    pages: int
    width: int
    height: int
    scan: Scan
    remarks: list[str]
    facts: dict[str, str] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)


def take_in(upload: Quarantined) -> Taken:
    """Raises Unfit with what is wrong with it, and Busy."""
    kind = kind_of(upload.head(HEAD))
    scanned = scan(upload.source)
    with TemporaryFile(dir=cage.folder()) as content, TemporaryFile(dir=cage.folder()) as likeness:
        report: dict[str, Any] = cage.inspect(kind, upload.source, content, likeness)
        return Taken(
            kind=BY_MIME[kind.mime],
            content=_all(content),
            thumbnail=_all(likeness),
            scan=scanned,
            **report,
        )


def _all(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
