"""The relay's voice: tells the sockets what was committed, and never waits for them.

Losing a message is allowed, because heartbeats compare sequence numbers; holding up the relay is not.
"""

import asyncio
import logging
import queue
import threading
from collections.abc import Iterable
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

EVERYBODY = "live.everybody"
MOST_TOPICS = 200
MOST_WAITING = 1000
DEADLINE_SECONDS = 1.0


def group(topic: str) -> str:
    """The channel layer's name for a topic; it allows no colon."""
    return "live." + topic.replace(":", ".")


class Broadcaster:
    """A thread with an event loop of its own and a bounded queue in front."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[list[tuple[str, dict[str, Any]]]] = queue.Queue(MOST_WAITING)
        self._thread: threading.Thread | None = None

    def tell(self, frames: Iterable[dict[str, Any]]) -> None:
        """Queue frames for their topics; dropped when the queue is full. Returns at once."""
        self._queue(_messages(list(frames)))

    def nudge(self, topic: str) -> None:
        """Have the pages of this topic look again at who is here, and what they are writing."""
        self._queue([(group(topic), {"type": "live.presence", "topic": topic})])

    def _queue(self, messages: list[tuple[str, dict[str, Any]]]) -> None:
        if not messages:
            return
        self._ensure_thread()
        try:
            self._waiting.put_nowait(messages)
        except queue.Full:
            logger.info("Sockets are behind; their heartbeat will catch up")

    def _ensure_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="broadcast", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                runner.run(_send_all(self._waiting.get()))


def _messages(frames: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """One message a frame; for a batch of very many topics one nudge to look for oneself."""
    topics = {frame["topic"] for frame in frames}
    if len(topics) > MOST_TOPICS:
        return [(EVERYBODY, {"type": "live.nudge"})]
    return [(group(f["topic"]), {"type": "live.event", "frame": f}) for f in frames]


async def _send_all(messages: list[tuple[str, dict[str, Any]]]) -> None:
    layer = get_channel_layer()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS + 0.01 * len(messages)):
            for name, message in messages:
                await layer.group_send(name, message)
    except Exception:  # noqa: BLE001  (whatever Valkey does, the heartbeat makes good)
        logger.info("A broadcast was lost; heartbeats will catch up")


broadcaster = Broadcaster()
