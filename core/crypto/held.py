"""Data keys in the memory of this process: so many at most, and none for longer than a minute.

A minute is also how long another process may still open what was shredded a moment ago.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MOST = 5_000
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class OpenKey:
    """A data key ready for use. `seals` is false for one that only opens."""

    id: UUID
    owner: str
    seals: bool
    cipher: AESGCM = field(repr=False)


class Held:
    """The newest keys by their id, and by the owner they seal for."""

    def __init__(self, most: int = MOST, seconds: float = LONGEST_SECONDS) -> None:
        self._most, self._seconds = most, seconds
        self._keys: OrderedDict[UUID | str, tuple[float, OpenKey]] = OrderedDict()
        self._lock = Lock()

    def add(self, key: OpenKey) -> None:
        until = time.monotonic() + self._seconds
        with self._lock:
            for name in (key.id, key.owner) if key.seals else (key.id,):
                self._keys.pop(name, None)
                self._keys[name] = (until, key)
            while len(self._keys) > 2 * self._most:
                self._keys.popitem(last=False)

    def get(self, name: UUID | str) -> OpenKey | None:
        """By the key's id or the owner's; None when it is not here, or too old."""
        until, key = self._keys.get(name, (0.0, None))
        return key if until > time.monotonic() else None

    def clear(self) -> None:
        with self._lock:
            self._keys.clear()


held = Held()
