"""Checkpoints: signed statements of how far the chain goes, kept in two places.

One is a row of PostgreSQL, the other a line of a file outside both databases. Whoever cuts the end
off the log, or writes all of it anew, contradicts them; Ed25519 [RFC 8032] signs, so that whoever
verifies needs no secret.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone
from psycopg import Connection

from core.crypto import keys
from core.crypto.keys import Key, Purpose

MOST_ENTRIES = 1000
LONGEST_SECONDS = 60.0

INSERT = """
INSERT INTO audit_checkpoints (seq, hash, made_at, key_id, signature)
VALUES (%(seq)s, %(hash)s, %(made_at)s, %(key_id)s, %(signature)s)
"""
LAST = "SELECT max(seq) FROM audit_checkpoints"


@dataclass(frozen=True)
class Statement:
    """The entry numbered `seq` has this hash, and so all before it are as they were."""

    seq: int
    hash: str
    made_at: datetime
    key_id: str
    signature: str = ""

    def words(self) -> bytes:
        """What is signed."""
        return f"{self.seq} {self.hash} {self.made_at.isoformat()} {self.key_id}".encode()

    def line(self) -> str:
        """As it stands in the file."""
        return json.dumps({**asdict(self), "made_at": self.made_at.isoformat()}) + "\n"

    @classmethod
    def read(cls, line: str) -> "Statement":
        """Raises ValueError, KeyError or TypeError for a line that is none."""
        facts: dict[str, Any] = json.loads(line)
        return cls(**{**facts, "made_at": datetime.fromisoformat(facts["made_at"])})


def file() -> Path:
    return Path(settings.AUDIT_CHECKPOINTS)


def make(connection: Connection[Any], seq: int, last: str) -> Statement:
    """State that the chain goes as far as this, in both places. Raises KeyMissing, OSError."""
    key = signing_key(connection)
    plain = Statement(seq, last, timezone.now(), key.id)
    signature = private(key).sign(plain.words()).hex()
    made = Statement(plain.seq, plain.hash, plain.made_at, plain.key_id, signature)
    with connection.transaction():
        connection.execute(INSERT, asdict(made))
        append(made)
    return made


def stated(connection: Connection[Any]) -> int:
    """The highest number a checkpoint of PostgreSQL speaks of; 0 before the first."""
    row = connection.execute(LAST).fetchone()
    connection.commit()
    return int(row[0]) if row and row[0] else 0


def append(made: Statement) -> None:
    """Add a line and wait until the disk has it."""
    file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, made.line().encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def signing_key(connection: Connection[Any]) -> Key:
    """The first checkpoint ever makes the key; later a missing one is a fault."""
    try:
        key = keys.present(Purpose.CHECKPOINT)
    except keys.KeyMissing:
        if stated(connection):
            raise
        key = keys.make(Purpose.CHECKPOINT)
    if not public_file(key.id).exists():
        keys.write(public_file(key.id), private(key).public_key().public_bytes_raw().hex())
    return key


def private(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.secret)


def public_file(key_id: str) -> Path:
    """For whoever verifies and must not sign."""
    return keys.folder() / f"public-{key_id}"


def is_genuine(made: Statement) -> bool:
    """Whether its signature is that of the key it names. Raises KeyMissing."""
    known = public_file(made.key_id)
    if not known.exists():
        raise keys.KeyMissing(Purpose.CHECKPOINT, made.key_id)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(known.read_text()))
    try:
        public.verify(bytes.fromhex(made.signature), made.words())
    except (InvalidSignature, ValueError):
        return False
    return True
