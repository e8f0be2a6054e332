"""A person reads one record after the other; who opens hundreds within an hour copies them.

Counted in Valkey, which the clinic can be without: while it is gone nobody is counted.
"""

import time

import redis
from django.conf import settings

from core.databases import valkey
from core.databases.breaker import CircuitOpen

SECONDS = 3600
TOO_MANY = (
    "You have opened {most} records within an hour, more than anybody reads. Those you have opened"
    " stay open to you, others open again bit by bit. This was written to the audit."
)


def is_a_persons(user_id: object, patient: str) -> bool:
    """Count the record among those the person opened within the hour; whether there are still no
    more of them than RECORDS_AN_HOUR. One that was opened before is no further one."""
    try:
        with valkey.breaker.guard():
            return _count(f"{settings.MONGODB_NAME}:opened:{user_id}", patient)
    except (CircuitOpen, redis.RedisError):
        return True


def _count(key: str, patient: str) -> bool:
    now = time.time()
    with valkey.client().pipeline() as pipe:
        pipe.zremrangebyscore(key, "-inf", now - SECONDS)
        pipe.zadd(key, {patient: now})
        pipe.zcard(key)
        pipe.expire(key, SECONDS)
        _, is_further, count, _ = pipe.execute()
    if is_further and count > settings.RECORDS_AN_HOUR:
        valkey.client().zrem(key, patient)
        return False
    return True
