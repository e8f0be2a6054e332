"""How data keys are wrapped: the door behind which a key-management service could stand.

A service that never gives its key away wraps and unwraps 48 bytes on request and names the key it
used; key files do the same here.
"""

import secrets
from functools import lru_cache
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.crypto import keys
from core.crypto.errors import NotAuthentic
from core.crypto.keys import Purpose

NONCE = 12


class Wrapped(NamedTuple):
    """`kek_id` names the key-encryption key that opens `bytes`."""

    kek_id: str
    bytes: bytes


class Wrapping(Protocol):
    def wrap(self, secret: bytes) -> Wrapped:
        """With the present key-encryption key. Raises KeyMissing."""
        ...

    def unwrap(self, kek_id: str, wrapped: bytes) -> bytes:
        """Raises KeyMissing, NotAuthentic."""
        ...


class KeyFiles:
    """Key-encryption keys as files of `core.crypto.keys`."""

    def wrap(self, secret: bytes) -> Wrapped:
        key = keys.present(Purpose.ENVELOPE)
        nonce = secrets.token_bytes(NONCE)
        return Wrapped(key.id, nonce + AESGCM(key.secret).encrypt(nonce, secret, key.id.encode()))

    def unwrap(self, kek_id: str, wrapped: bytes) -> bytes:
        cipher = _cipher(str(keys.folder()), kek_id)
        try:
            return cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], kek_id.encode())
        except InvalidTag as error:
            raise NotAuthentic("a data key") from error


@lru_cache(maxsize=8)
def _cipher(folder: str, kek_id: str) -> AESGCM:
    """Read once: a list opens a hundred data keys."""
    return AESGCM(keys.find(Purpose.ENVELOPE, kek_id).secret)


def wrapping() -> Wrapping:
    """The one in use. A key-management service would be chosen here."""
    return KeyFiles()
