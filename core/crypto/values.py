"""A sealed value on its way between a row and whoever reads it."""

from typing import Any
from uuid import UUID

import orjson

from core.crypto import datakeys, envelope


class Sealed(bytes):
    """As the column holds it. It opens on its row; a bare column of it shows nothing."""

    def __str__(self) -> str:
        raise TypeError("A sealed value opens on its row: read it from the instance.")

    def __repr__(self) -> str:
        return f"<sealed, {len(self)} bytes>"


class Opened:
    """Remembers what it was opened from, so that an unchanged value is stored unchanged."""

    sealed: bytes
    place: str
    is_stored: bool
    plain: bytes

    def remember(self, sealed: bytes, place: str, plain: bytes, *, is_stored: bool) -> None:
        self.sealed, self.place, self.plain, self.is_stored = sealed, place, plain, is_stored


class OpenedText(Opened, str):
    """Text like any other."""


class OpenedObject(Opened, dict[str, Any]):
    """An object like any other."""


def still_sealed(value: Any, place: str, plain: bytes, offset: int) -> bytes | None:
    """The bytes that hold this value at this place already; None if it is to be sealed anew.

    What was sealed in a transaction that rolled back may name a key that went with it.
    """
    if not isinstance(value, Opened) or value.place != place or value.plain != plain:
        return None
    key_id = UUID(bytes=value.sealed[offset:][envelope.KEY])
    return value.sealed if value.is_stored or datakeys.is_known(key_id) else None


def as_bytes(value: Any) -> bytes:
    """The same bytes for the same value, whatever the order of an object's members."""
    if isinstance(value, str):
        return value.encode()
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
