"""The lossy way for what is not a fact: a bounded stream in Valkey, emptied by the relay."""

from collections.abc import Iterator
from typing import Any

import redis
from django.conf import settings

from core.databases import valkey
from core.databases.breaker import CircuitOpen

MOST = 20_000
dropped = 0


def key() -> str:
    """The stream's name; several clinics may share one Valkey."""
    return f"{settings.MONGODB_NAME}:lossy"


def add(collection: str, document: bytes) -> bool:
    """Offer an encoded document; False when it had to be dropped. Never waits over 0.3 s."""
    global dropped
    try:
        with valkey.breaker.guard():
            fields: dict[Any, Any] = {"collection": collection, "document": document}
            valkey.client().xadd(key(), fields, maxlen=MOST, approximate=True)
    except (CircuitOpen, redis.RedisError):
        dropped += 1
        return False
    return True


def take(most: int = 500) -> Iterator[tuple[bytes, str, bytes]]:
    """What waits: (entry id, collection, document). `forget` removes it once written."""
    entries: Any = valkey.client().xrange(key(), count=most)
    for entry, fields in entries:
        yield entry, fields[b"collection"].decode(), fields[b"document"]


def forget(entries: list[bytes]) -> None:
    """Remove entries that MongoDB has acknowledged."""
    if entries:
        valkey.client().xdel(key(), *entries)
