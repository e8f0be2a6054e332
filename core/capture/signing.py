"""Outbox rows are signed as they are written, so that nobody changes one before it is sealed.

PostgreSQL signs them itself (core/migrations/sql/0010_signed.sql), also those of triggers, with a
key that lives as long as the transaction: HMAC-SHA256 [RFC 2104] of a fresh number under the row
key, which is a file that the database's server does not hold.
"""

import hashlib
import hmac
import secrets
from functools import lru_cache

from core.crypto import keys
from core.crypto.keys import Key, KeyMissing, Purpose

BLOCK = 64
INNER = bytes(byte ^ 0x36 for byte in range(256))
OUTER = bytes(byte ^ 0x5C for byte in range(256))


def for_a_transaction() -> str:
    """`key id.number:inner:outer`, what one transaction signs with; empty without a row key.

    Inner and outer are the two padded keys of HMAC, since PostgreSQL brings SHA-256 alone.
    """
    key = _present()
    if key is None:
        return ""
    name = f"{key.id}.{secrets.token_hex(8)}"
    padded = derived(key, name).ljust(BLOCK, b"\0")
    return f"{name}:{padded.translate(INNER).hex()}:{padded.translate(OUTER).hex()}"


def derived(key: Key, name: str) -> bytes:
    """The key of the transaction that signed under this name."""
    return hmac.digest(key.secret, name.encode(), hashlib.sha256)


def is_genuine(name: str, mac: bytes, words: str) -> bool:
    """Whether these are the words that were signed. Raises KeyMissing."""
    made = hmac.digest(_derived_by(name), words.encode(), hashlib.sha256)
    return hmac.compare_digest(made, mac)


@lru_cache(maxsize=1000)
def _derived_by(name: str) -> bytes:
    return derived(keys.find(Purpose.ROW, name.partition(".")[0]), name)


@lru_cache(maxsize=8)
def _read(folder: str) -> Key | None:
    try:
        return keys.present(Purpose.ROW)
    except KeyMissing:
        return None


def _present() -> Key | None:
    """Read once a process; a clinic that has none yet is looked at again."""
    found = _read(str(keys.folder()))
    if found is None:
        _read.cache_clear()
    return found
