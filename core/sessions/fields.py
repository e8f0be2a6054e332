"""The key of a session as it is stored: whoever reads the table, or a backup of it, is nobody."""

import hashlib
from typing import Any

from django.db import models


class Digest(str):
    """What the column holds."""

    __slots__ = ()


class DigestField(models.CharField):  # type: ignore[type-arg]
    """Stores the SHA-256 [FIPS 180-4] of a random key, in hex, and is found by the key itself.

    For keys that nobody can guess: of anything shorter a digest would be tried out.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 64, **options})

    def get_prep_value(self, value: Any) -> Any:
        if value is None or isinstance(value, Digest):
            return value
        return hashlib.sha256(str(value).encode()).hexdigest()

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return None if value is None else Digest(value)
