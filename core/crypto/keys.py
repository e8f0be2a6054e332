"""The clinic's keys: each a file below $CLINIC_HOME/secrets/keys, or in the folder of KEYS_FOLDER.

A file is `purpose-moment-id`. The newest of a purpose is used, older ones still read what they
wrote. Each purpose can lie where only the process that needs it may read. What the environment gives
(core.crypto.given) is newer than any file.
"""

import os
import secrets
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from core.crypto import given
from core.errors import ClinicError

SIZE = 32


class Purpose(StrEnum):
    SEAL = "seal"
    CHECKPOINT = "checkpoint"
    ENVELOPE = "envelope"  # Wraps the data keys: the key-encryption key.
    INDEX = "index"  # Of the blind indexes.
    ROW = "row"  # Signs outbox rows as they are written.


@dataclass(frozen=True)
class Key:
    """32 secret bytes; `id` names them without telling anything about them."""

    id: str
    secret: bytes


class KeyMissing(ClinicError):
    """What was sealed with it can neither be verified nor continued."""

    def __init__(self, purpose: Purpose, key_id: str = "") -> None:
        named = f"{purpose} key {key_id}".strip()
        where = str(folder())
        if given.secrets_of(purpose):
            where += f" or {given.variable(purpose)}"
        super().__init__(f"The {named} is not in {where}. Put it back from where it is kept.")


def folder() -> Path:
    return Path(settings.KEYS_FOLDER)


def present(purpose: Purpose) -> Key:
    """The newest key of a purpose. Raises KeyMissing."""
    for key in reversed(_given(purpose)):
        return key
    for file in reversed(_files(purpose)):
        return _read(file)
    raise KeyMissing(purpose)


def find(purpose: Purpose, key_id: str) -> Key:
    """The key that bears this id. Raises KeyMissing."""
    for file in _files(purpose):
        if file.name.endswith(f"-{key_id}"):
            return _read(file)
    for key in _given(purpose):
        if key.id == key_id:
            return key
    raise KeyMissing(purpose, key_id)


def exists(purpose: Purpose, key_id: str = "") -> bool:
    """Whether the key of this id is there, or any of the purpose."""
    there = ids(purpose)
    return key_id in there if key_id else bool(there)


def ids(purpose: Purpose) -> list[str]:
    """Of all its keys, oldest first."""
    files = [file.name.rpartition("-")[2] for file in _files(purpose)]
    return [*files, *(key.id for key in _given(purpose))]


def destroy(purpose: Purpose, key_id: str) -> None:
    """For good: overwritten, then removed. A disk may keep what was overwritten; copies do.

    Raises KeyGiven.
    """
    given.refuse_to_destroy(purpose, key_id)
    for file in _files(purpose):
        if file.name.endswith(f"-{key_id}"):
            with file.open("r+b") as held:
                held.write(secrets.token_bytes(2 * SIZE))
                held.flush()
                os.fsync(held.fileno())
            file.unlink()
    sync_folder()


def make(purpose: Purpose) -> Key:
    """A new key, which is the present one from now on. It is on the disk when this returns.

    Raises KeyGiven.
    """
    given.refuse_to_make(purpose)
    key = _key(secrets.token_bytes(SIZE))
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder() / f"{purpose}-{timezone.now():%Y%m%dT%H%M%S%f}-{key.id}"
    write(file, key.secret.hex())
    return key


def write(file: Path, text: str) -> None:
    """Whole or not at all: a power cut must not leave data behind whose key is half a file."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as half:
        half.write(text)
        half.flush()
        os.fsync(half.fileno())
    unfinished.rename(file)
    sync_folder()


def sync_folder() -> None:
    """What was added to the folder, or taken away, is so after a power cut."""
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _given(purpose: Purpose) -> list[Key]:
    return [_key(secret) for secret in given.secrets_of(purpose)]


def _key(secret: bytes) -> Key:
    return Key(given.key_id(secret), secret)


def _files(purpose: Purpose) -> list[Path]:
    return sorted(folder().glob(f"{purpose}-*-*"))


def _read(file: Path) -> Key:
    return Key(file.name.rpartition("-")[2], bytes.fromhex(file.read_text()))
