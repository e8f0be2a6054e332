"""Valkey: it holds hints only, so what is missing here is a doubt rather than a failure."""

from typing import Any
from uuid import uuid4

from core.databases import absence, valkey
from core.health.checks.running import Bad, Check, Doubtful, Service

SECONDS_TO_LIVE = 10


def answers() -> str:
    info: Any = valkey.client().info("server")
    return f"{info.get('server_name', 'redis')} {info.get('valkey_version', info['redis_version'])}"


def keeps_a_word() -> str:
    key = f"trial:{uuid4()}"
    valkey.client().set(key, "kept", ex=SECONDS_TO_LIVE)
    word = valkey.client().getdel(key)
    if word != b"kept":
        raise Bad("Valkey did not give a word back as it was written.")
    return "written, read, removed"


def does_not_evict() -> str:
    info: Any = valkey.client().info("memory")
    policy = str(info.get("maxmemory_policy", "unknown"))
    if policy != "noeviction":
        raise Doubtful(
            f"Valkey forgets when it is full ({policy}): set maxmemory-policy noeviction."
        )
    return policy


def survives_a_restart() -> str:
    info: Any = valkey.client().info("persistence")
    if not info.get("aof_enabled"):
        raise Doubtful("Valkey forgets its queue with a restart: set appendonly yes.")
    return "append-only file"


SERVICE = Service(
    "Valkey",
    valkey.host,
    (
        Check("answers", answers),
        Check("keeps a word", keeps_a_word),
        Check("does not evict", does_not_evict),
        Check("survives a restart", survives_a_restart),
    ),
    absence.sentence,
)
