"""What is asked of each server, with a deadline no stopped server can stretch."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any

from django.db import close_old_connections, connection

from core.databases import mongo, valkey
from core.outbox import queries

DEADLINE_SECONDS = 0.5
CACHED_SECONDS = 2.0


def ask_postgres() -> dict[str, Any]:
    """Reads a row through the pool and gives the connection back."""
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return dict(queries.lag())
    finally:
        connection.close()


def ask_mongodb() -> dict[str, Any]:
    mongo.database().command("ping")
    return {}


def ask_valkey() -> dict[str, Any]:
    valkey.client().ping()
    return {}


PROBES: dict[str, Callable[[], dict[str, Any]]] = {
    "postgres": ask_postgres,
    "mongodb": ask_mongodb,
    "redis": ask_valkey,
}


@dataclass
class Picture:
    """One look at all servers: the answers of those that answered in time."""

    answers: dict[str, dict[str, Any]]
    taken_at: float = field(default_factory=time.monotonic)

    def is_up(self, service: str) -> bool:
        return service in self.answers

    @property
    def is_fresh(self) -> bool:
        return time.monotonic() - self.taken_at < CACHED_SECONDS

    @property
    def status(self) -> str:
        """`unhealthy` only without PostgreSQL: everything else leaves the desk at work."""
        if not self.is_up("postgres"):
            return "unhealthy"
        if len(self.answers) < len(PROBES) or self.answers["postgres"]["set_aside"]:
            return "degraded"
        return "healthy"


class Lookout:
    """Asks all servers at once. A probe that hangs is left hanging and not started a second time."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(len(PROBES), thread_name_prefix="probe")
        self._running: dict[str, Future[dict[str, Any]]] = {}
        self._picture: Picture | None = None

    def look(self) -> Picture:
        """The present picture, at most two seconds old, within the deadline."""
        if self._picture is None or not self._picture.is_fresh:
            self._picture = self._ask_all()
        return self._picture

    def _ask_all(self) -> Picture:
        for name, probe in PROBES.items():
            running = self._running.get(name)
            if running is None or running.done():
                self._running[name] = self._threads.submit(probe)
        wait(self._running.values(), timeout=DEADLINE_SECONDS)
        done = {name: future for name, future in self._running.items() if future.done()}
        return Picture({n: f.result() for n, f in done.items() if f.exception() is None})


lookout = Lookout()
