"""After a commit the relay is poked, so that it need not wait for its next look.

The poke leaves from a thread of its own: a request neither waits for Valkey nor notices its loss.
"""

import threading
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from core.capture.context import only_reads
from core.databases import valkey
from core.databases.breaker import CircuitOpen

_wanted = threading.Event()
_starting = threading.Lock()
_thread: threading.Thread | None = None


def channel() -> str:
    """Where pokes are heard; named after the clinic, since several may share one Valkey."""
    return f"{settings.MONGODB_NAME}:wake"


def install(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Receiver of `connection_created`: every write pokes the relay once it is committed."""
    if connection.vendor == "postgresql" and notice not in connection.execute_wrappers:
        connection.execute_wrappers.append(notice)


def notice(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Execute wrapper: remember to poke the relay when a write is committed."""
    result = execute(sql, params, many, context)
    if not only_reads(sql):
        after_commit()
    return result


def after_commit() -> None:
    """Poke the relay when the present transaction is committed; once is enough."""
    if not any(hook is poke for _, hook, *_ in connection.run_on_commit):
        connection.on_commit(poke, robust=True)


def poke() -> None:
    """Tell the relay that there is work; returns at once."""
    global _thread
    with _starting:
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_publish_forever, name="outbox-wake", daemon=True)
            _thread.start()
    _wanted.set()


def _publish_forever() -> None:
    while _wanted.wait():
        _wanted.clear()
        try:
            with valkey.breaker.guard():
                valkey.client().publish(channel(), b"")
        except (CircuitOpen, redis.RedisError):
            continue  # The relay's own look, a quarter of a second later, finds the row.
