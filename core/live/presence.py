"""Who has the same page open, and where they write: an ornament kept in Valkey, gone with it and
never waited for.

A socket signs in under each of its watched topics, again with every beat, and out when it closes;
a signature nobody renews is too old after half a minute. The same for the place somebody writes in.
"""

import time
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings

from core.databases import valkey

WATCHED = ("patient:", "visit:")
FRESH_SECONDS = 30


def watched(topics: Iterable[str]) -> list[str]:
    """The topics among these whose listeners see each other."""
    return [topic for topic in topics if topic.startswith(WATCHED)]


def sign(topics: Iterable[str], user_id: str, socket: str) -> bool:
    """This socket of the user is here; whether one of the topics did not know it yet."""
    added = [
        valkey.quietly(partial(_sign, topic, f"{user_id} {socket}"), False) for topic in topics
    ]
    return any(added)


def leave(topics: Iterable[str], user_id: str, socket: str) -> None:
    for topic in topics:
        valkey.quietly(partial(_unsign, topic, f"{user_id} {socket}"), False)


def present(topic: str) -> list[str]:
    """Ids of the users who are here, each once, in the order they came to be known."""
    nobody: list[str] = []
    members = valkey.quietly(partial(_members, topic), nobody)
    return list(dict.fromkeys(member.partition(" ")[0] for member in members))


def write(topic: str, place: str, user_id: str, socket: str) -> bool:
    """This socket of the user writes in this place of the page; whether that is news."""
    return valkey.quietly(partial(_sign, _writing(topic), f"{user_id} {socket} {place}"), False)


def stop(topic: str, place: str, user_id: str, socket: str) -> bool:
    """It does no longer."""
    return valkey.quietly(partial(_unsign, _writing(topic), f"{user_id} {socket} {place}"), False)


def writers(topic: str) -> dict[str, list[str]]:
    """Ids of the users who write, by place."""
    nobody: list[str] = []
    places: dict[str, list[str]] = {}
    for member in valkey.quietly(partial(_members, _writing(topic)), nobody):
        user_id, _, place = member.split(" ", 2)
        places.setdefault(place, []).append(user_id)
    return {place: list(dict.fromkeys(ids)) for place, ids in places.items()}


def _writing(topic: str) -> str:
    return f"writing:{topic}"


def _sign(topic: str, member: str) -> bool:
    now = time.time()
    with valkey.client().pipeline(transaction=False) as pipe:
        pipe.zadd(_key(topic), {member: now})
        pipe.zremrangebyscore(_key(topic), "-inf", now - FRESH_SECONDS)
        pipe.expire(_key(topic), 2 * FRESH_SECONDS)
        return bool(pipe.execute()[0])


def _unsign(topic: str, member: str) -> bool:
    return bool(valkey.client().zrem(_key(topic), member))


def _members(topic: str) -> list[str]:
    found: Any = valkey.client().zrangebyscore(_key(topic), time.time() - FRESH_SECONDS, "+inf")
    return [member.decode() for member in found]


def _key(topic: str) -> str:
    """Named after the clinic, since several may share one Valkey."""
    return f"{settings.MONGODB_NAME}:present:{topic}"
