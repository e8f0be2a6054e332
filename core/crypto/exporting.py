"""All keys in one file under a passphrase: what a restore needs besides a backup.

The key files, and the table of data keys as it stands: a backup's own copy of that table may be
wrapped with a key that was destroyed since. The file is JSON, sealed with AES-256-GCM under a key
that scrypt makes of the passphrase.
"""

import base64
import json
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.crypto import keys
from core.crypto.models import DataKey
from core.errors import ClinicError

HEAD = b"seth clinic keys 1\n"
SALT, NONCE = 16, 12
SHORTEST = 12
# 128 MiB and about half a second for each guess.
COST = {"n": 2**17, "r": 8, "p": 1}


class BadExport(ClinicError):
    """Why the file is not opened."""


def sealed(passphrase: str) -> bytes:
    """Everything, for a file to be kept apart from the backups. Raises BadExport."""
    if len(passphrase) < SHORTEST:
        raise BadExport(f"Take a passphrase of at least {SHORTEST} characters.")
    salt, nonce = secrets.token_bytes(SALT), secrets.token_bytes(NONCE)
    plain = json.dumps({"files": _files(), "data_keys": _rows()}).encode()
    return HEAD + salt + nonce + _cipher(passphrase, salt).encrypt(nonce, plain, HEAD)


def put_back(export: bytes, passphrase: str) -> tuple[int, int]:
    """Write the key files that are missing and the data keys as they were exported.

    Returns how many of each. What is shredded on either side stays so. Raises BadExport.
    """
    told = _opened(export, passphrase)
    files = [name for name, text in told["files"].items() if _put_file(name, text)]
    rows = [_row(one) for one in told["data_keys"]]
    return len(files), sum(map(_put_row, rows))


def _opened(export: bytes, passphrase: str) -> dict[str, Any]:
    body = export.removeprefix(HEAD)
    salt, nonce, rest = body[:SALT], body[SALT : SALT + NONCE], body[SALT + NONCE :]
    try:
        told: dict[str, Any] = json.loads(_cipher(passphrase, salt).decrypt(nonce, rest, HEAD))
    except (InvalidTag, ValueError) as error:
        raise BadExport("The passphrase is another one, or the file is damaged.") from error
    return told


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, **COST).derive(passphrase.encode()))


def _files() -> dict[str, str]:
    """What the environment gives is not ours to copy."""
    return {f.name: f.read_text() for f in sorted(keys.folder().glob("*")) if f.name[0] != "."}


def _rows() -> list[dict[str, Any]]:
    fields = ("id", "owner", "kek_id", "state", "created_at", "shredded_at")
    return [
        {name: str(getattr(row, name) or "") for name in fields}
        | {"wrapped": base64.b64encode(row.wrapped).decode()}
        for row in DataKey.objects.iterator()
    ]


def _row(told: dict[str, Any]) -> DataKey:
    known = {name: value or None for name, value in told.items()}
    return DataKey(**{**known, "wrapped": base64.b64decode(told["wrapped"])})


def _put_file(name: str, text: str) -> bool:
    """Whether it was missing."""
    file = keys.folder() / Path(name).name
    if file.exists():
        return False
    keys.write(file, text)
    return True


def _put_row(row: DataKey) -> bool:
    """Whether it was missing or otherwise. A backup knows nothing of what was shredded later."""
    there = DataKey.objects.filter(pk=row.pk)
    if there.filter(state=DataKey.State.SHREDDED).exists():
        return False
    if there.filter(kek_id=row.kek_id, state=row.state).exists():
        return False
    is_there = there.exists()
    row.save(force_insert=not is_there, force_update=is_there)
    return True
