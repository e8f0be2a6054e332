"""Valkey: hints and short-lived things only; no call waits longer than its deadline."""

from collections.abc import Callable
from functools import cache
from typing import TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.databases.breaker import Breaker, CircuitOpen

T = TypeVar("T")
breaker = Breaker((redis.ConnectionError, redis.TimeoutError))


@cache
def client(timeout_seconds: float = 0.3) -> redis.Redis:
    """A client that answers or fails within the deadline; it never retries by itself."""
    return redis.Redis.from_url(
        f"{settings.REDIS_URL}/1",
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
    )


def quietly(work: Callable[[], T], otherwise: T) -> T:
    """What the work gives; while Valkey does not answer, the other, at once when that is known."""
    try:
        with breaker.guard():
            return work()
    except (CircuitOpen, redis.RedisError):
        return otherwise


def host() -> str:
    """Where Valkey is expected, without credentials."""
    return str(settings.REDIS_URL).partition("://")[2].rpartition("@")[2].partition("/")[0]
