"""Keys that come with the environment, for platforms that keep secrets there and give no folder.

`KEY_SEAL=first,second`: 64 hexadecimal digits each, the last is the present one. Whoever may look at
a process sees its environment, so files are the better place where there is a choice.
"""

import hashlib
from collections.abc import Sequence

from django.conf import settings

from core.errors import ClinicError


class KeyGiven(ClinicError):
    """Only whoever sets the environment changes what stands there."""


def variable(purpose: str) -> str:
    return f"KEY_{purpose.upper()}"


def secrets_of(purpose: str) -> Sequence[bytes]:
    """Oldest first."""
    found: Sequence[bytes] = settings.KEYS_GIVEN.get(purpose, ())
    return found


def key_id(secret: bytes) -> str:
    """Names a key without telling anything about it."""
    return hashlib.sha256(secret).hexdigest()[:8]


def refuse_to_make(purpose: str) -> None:
    """Raises KeyGiven where a new key of this purpose would be overlooked."""
    if secrets_of(purpose):
        raise KeyGiven(
            f"The {purpose} key comes from {variable(purpose)}: put a new one behind it there, after"
            " a comma, as `openssl rand -hex 32` makes them; restart the clinic; then try again."
        )


def refuse_to_destroy(purpose: str, name: str) -> None:
    """Raises KeyGiven for one that stands in the environment."""
    if name in map(key_id, secrets_of(purpose)):
        raise KeyGiven(
            f"All is wrapped with the newest key. The {purpose} key {name} comes from"
            f" {variable(purpose)}: take it out there, and out of every copy."
        )
