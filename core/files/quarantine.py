"""Where an uploaded file waits until it is known to be good.

It is written as it arrives, up to a size, into a file without a name: whatever happens to this
process, nothing of it stays behind.
"""

import hashlib
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from core.files import cage

MEGABYTE = 1024 * 1024


class Quarantined(UploadedFile):  # type: ignore[type-arg]
    """A whole file nobody has looked into; `sha256` is of its bytes as they came."""

    def __init__(self, file: IO[bytes], name: str, size: int, sha256: str) -> None:
        super().__init__(file, name, None, size)
        self.source, self.sha256 = file, sha256

    def head(self, count: int) -> bytes:
        """Its first bytes."""
        self.source.seek(0)
        return self.source.read(count)


class Quarantine(FileUploadHandler):
    """Takes every file of every request; one beyond the size is let pass by and marked."""

    def new_file(self, *arguments: Any, **more: Any) -> None:
        super().new_file(*arguments, **more)
        self.kept: IO[bytes] = TemporaryFile(dir=cage.folder())  # noqa: SIM115  (closed by its reader)
        self.size, self.digest = 0, hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > most_bytes():
            self.kept.close()
            mark_too_large(self.request)
            raise SkipFile
        self.digest.update(raw_data)
        self.kept.write(raw_data)

    def file_complete(self, file_size: int) -> Quarantined:
        self.kept.flush()
        self.kept.seek(0)
        return Quarantined(self.kept, str(self.file_name), self.size, self.digest.hexdigest())

    def upload_interrupted(self) -> None:
        """Whoever sent it has gone."""
        if hasattr(self, "kept"):
            self.kept.close()


def of_bytes(content: bytes, name: str) -> Quarantined:
    """What did not come by a request, in quarantine all the same."""
    file = TemporaryFile(dir=cage.folder())  # noqa: SIM115  (closed by its reader)
    file.write(content)
    file.seek(0)
    return Quarantined(file, name, len(content), hashlib.sha256(content).hexdigest())


def most_bytes() -> int:
    return int(settings.UPLOAD_MEGABYTES) * MEGABYTE


def mark_too_large(request: HttpRequest | None) -> None:
    if request is not None:
        request.has_too_large = True  # type: ignore[attr-defined]


def is_too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was larger than any may be."""
    return bool(getattr(request, "has_too_large", False))
