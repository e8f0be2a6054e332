"""The channel layer between relay and sockets, made to outlive its server.

Heartbeats find and replay whatever it loses, so a Valkey that is down or was started anew must
cost a socket nothing: neither its life nor its patience.
"""

import asyncio
import logging
from typing import Any

import redis
from channels_redis.core import RedisChannelLayer
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 1.0
PAUSE_SECONDS = 1.0
LOSSES = (redis.RedisError, OSError, TimeoutError)


class PatientLayer(RedisChannelLayer):
    """Keeps listening while Valkey is away; joining and leaving groups never waits long."""

    def create_pool(self, index: int) -> Any:
        """By default redis-py tries ten times, which takes it 8.5 seconds."""
        pool = super().create_pool(index)
        pool.connection_kwargs["retry"] = Retry(NoBackoff(), 0)
        return pool

    async def receive(self, channel: str) -> Any:
        while True:
            try:
                return await super().receive(channel)
            except LOSSES:
                logger.info("Valkey is away; sockets go by their heartbeat")
                await asyncio.sleep(PAUSE_SECONDS)

    async def group_add(self, group: str, channel: str) -> None:
        await _in_time(super().group_add(group, channel))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await _in_time(super().group_send(group, message))

    async def group_discard(self, group: str, channel: str) -> None:
        await _in_time(super().group_discard(group, channel))


async def _in_time(work: Any) -> None:
    """Give up quietly: a socket in no group hears by its heartbeat."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await work
    except LOSSES:
        logger.info("Valkey is away; sockets go by their heartbeat")
