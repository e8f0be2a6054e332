"""Where sealed files lie: a folder of this machine, or a bucket that speaks S3.

A store knows keys and bytes. What is written is there whole or not at all, and stays as it is:
nothing is ever written twice under one key.
"""

import secrets
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from django.conf import settings

from core.errors import ClinicError
from core.files.folder import Folder


class Store(Protocol):
    """All raise ServiceUnavailable when the store does not answer within its deadline."""

    def put(self, key: str, content: bytes) -> None:
        """Once this returns, the content has reached the disk."""

    def get(self, key: str) -> bytes:
        """Raises FileNotFoundError."""

    def delete(self, key: str) -> None:
        """A key that is not there is no error."""

    def keys(self) -> Iterator[str]:
        """All there are, half-written ones too."""


class FileMissing(ClinicError):
    """The row is there, the bytes are not."""

    def __init__(self) -> None:
        super().__init__("The file is not where it was kept. Tell the administrator.")


def new_key() -> str:
    """Random: nothing of whose it is or what, and nothing to guess from another."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name}"


def store() -> Store:
    """The one of this clinic: the bucket of FILES_S3_BUCKET, else FILES_FOLDER."""
    return _store(settings.FILES_S3_BUCKET, settings.FILES_S3_ENDPOINT, str(settings.FILES_FOLDER))


@cache
def _store(bucket: str, endpoint: str, folder: str) -> Store:
    if not bucket:
        return Folder(folder)
    # boto3 takes a tenth of a second of every start, and most clinics have a folder.
    from core.files.bucket import Bucket  # noqa: PLC0415

    return Bucket(bucket, endpoint)
