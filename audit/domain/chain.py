"""The chain of the audit: each entry carries a MAC over itself and over the MAC before it.

The last elements of an entry always are `seq`, `key_id`, `prev_hash` and `hash`, of fixed size, so
that a verifier reads them from the end without decoding the document. `hash` is HMAC-SHA256 [RFC
2104, FIPS 180-4] over the document's BSON without `hash` itself.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import Any

import bson
from bson.int64 import Int64

from core.crypto.keys import Key
from core.relay.writer import ENCODING

BEGINNING = "0" * 64
"""`prev_hash` of the first entry."""

# BSON elements: type, name, and for a string its length with the ending zero.
SEQ, KEY, BEFORE, HASH = b"\x12seq\0", b"\x02key_id\0", b"\x02prev_hash\0", b"\x02hash\0"
SHORT, LONG = struct.pack("<i", 9), struct.pack("<i", 65)
LAYOUT = struct.Struct(f"<{len(SEQ)}sq{len(KEY)}s4s8sx{len(BEFORE)}s4s64sx{len(HASH)}s4s64sxx")
OF_HASH = len(HASH) + 4 + 65
EXPECTED = (SEQ, KEY, SHORT, BEFORE, LONG, HASH, LONG)


@dataclass(frozen=True, slots=True)
class Seal:
    """What the end of a document says."""

    seq: int
    key_id: str
    before: str
    hash: str


def sealed(key: Key, before: str, entry_id: str, body: dict[str, Any], seq: int) -> bytes:
    """The entry as BSON, with its number and its place in the chain."""
    ends = {"seq": Int64(seq), "key_id": key.id, "prev_hash": before}
    plain = bson.encode({"_id": entry_id, **body, **ends}, codec_options=ENCODING)
    return with_hash(plain, mac(key, plain))


def mac(key: Key, plain: bytes) -> str:
    return hmac.digest(key.secret, plain, hashlib.sha256).hex()


def with_hash(plain: bytes, value: str) -> bytes:
    """BSON with `hash` as its last element."""
    element = HASH + LONG + value.encode() + b"\0"
    return struct.pack("<i", len(plain) + OF_HASH) + plain[4:-1] + element + b"\0"


def without_hash(raw: bytes) -> bytes:
    """What the MAC was made over."""
    return struct.pack("<i", len(raw) - OF_HASH) + raw[4 : -OF_HASH - 1] + b"\0"


def seal_of(raw: bytes) -> Seal | None:
    """The seal at the end of a document; None if it does not end as a sealed entry does."""
    if len(raw) < LAYOUT.size:
        return None
    seq_, seq, key_, short, key_id, before_, long, before, hash_, long_, value = LAYOUT.unpack(
        raw[-LAYOUT.size :]
    )
    if (seq_, key_, short, before_, long, hash_, long_) != EXPECTED:
        return None
    return Seal(seq, *(part.decode("ascii", "replace") for part in (key_id, before, value)))
