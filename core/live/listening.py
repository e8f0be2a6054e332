"""What one socket listens to: its topics, how far it has heard, and who is behind it."""

import time
from typing import Any

from core.accounts.models import User
from core.errors import ServiceUnavailable
from core.live import queries, topics

Rights = tuple[tuple[str, ...], bool]
HEADS_FRESH_SECONDS = 1.0
_heads: dict[str, tuple[float, int]] = {}


def admit(user: User, wanted: dict[str, Any]) -> tuple[dict[str, int | None], list[str]]:
    """The topics the user may hear, with the last number heard (None: from now on); the refused."""
    admitted: dict[str, int | None] = {}
    for topic, seq in wanted.items():
        if topics.may_listen(user, topic):
            admitted[topic] = seq if type(seq) is int and 0 <= seq < 2**53 else None
    return admitted, [topic for topic in wanted if topic not in admitted]


def asker(user_id: str) -> User | None:
    """Who is behind the socket, as they are now: roles may have changed since it was opened."""
    return User.objects.filter(pk=user_id, is_active=True).first()


def admit_now(user_id: str, wanted: dict[str, Any]) -> tuple[dict[str, int | None], list[str]]:
    """As `admit`, for whoever this is now; somebody who has left hears nothing."""
    user = asker(user_id)
    return admit(user, wanted) if user else ({}, list(wanted))


def rights(user_id: str) -> Rights:
    """Roles, and whether the person may do everything: when they change, so may the topics."""
    user = asker(user_id)
    return (tuple(user.roles), user.is_superuser) if user else ((), False)


def recent_heads(wanted: list[str]) -> dict[str, int]:
    """Heads at most a second old: many sockets of a process share one question."""
    now = time.monotonic()
    unknown = [t for t in wanted if t not in _heads or now - _heads[t][0] > HEADS_FRESH_SECONDS]
    if unknown:
        if len(_heads) > 10_000:
            _heads.clear()
        _heads.update({topic: (now, head) for topic, head in queries.heads(unknown).items()})
    return {topic: _heads[topic][1] for topic in wanted}


def unseen(admitted: dict[str, int | None], since: object) -> list[str]:
    """Topics that moved while the page was on its way to the browser, which cannot show it."""
    if not isinstance(since, int | float) or not 0 < since < 2**33:
        return []
    return queries.moved_since([t for t, seq in admitted.items() if seq is None], since)


def missed(topic: str, seq: int) -> list[dict[str, Any]] | None:
    """Frames after `seq`; None when they are too many to replay, or `seq` is of another time."""
    try:
        events = queries.events_after(topic, seq, queries.MOST + 1)
    except ServiceUnavailable:
        return []
    if len(events) > queries.MOST or (events and events[0]["seq"] != seq + 1):
        return None
    return events
