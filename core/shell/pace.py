"""A person reads one record after the other; who opens hundreds within an hour copies them.

Counted in Valkey, which the clinic can be without: while it is gone nobody is counted.
"""

import time
from functools import partial

from django.conf import settings

from core.databases import valkey

SECONDS = 3600
TOO_MANY = (
    "You have opened {most} records within an hour, more than anybody reads. Those you have opened"
    " stay open to you, others open again bit by bit. This was written to the audit."
)


def is_a_persons(user_id: object, patient: str) -> bool:
    """Count the record among those the person opened within the hour; whether there are still no
    more of them than RECORDS_AN_HOUR. One that was opened before is no further one."""
    key = f"{settings.MONGODB_NAME}:opened:{user_id}"
    return valkey.quietly(partial(_count, key, patient), True)


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
