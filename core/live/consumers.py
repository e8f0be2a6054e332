"""One socket a page: hears its topics, makes good what it missed, ends with its session."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from autobahn.exception import Disconnected
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from core.door.standing import Standing, standing_by_key
from core.live import listening, presence, queries
from core.live.broadcast import EVERYBODY, group

# Within 5 seconds an ended session closes its sockets, a dropped message is replayed.
BEAT_SECONDS = 3.5
REJOIN_SECONDS = 30.0
MOST_TOPICS = 30
MOST_SOCKETS = 40
MOST_BYTES = 16_384
MOST_FRAMES_A_MINUTE = 120
PLACE = re.compile(r"[a-z0-9-]{0,40}")
BAD_FRAME, TOO_MUCH, SIGNED_OUT, LOCKED = 4400, 4429, 4401, 4423

_sockets: Counter[str] = Counter()
T = TypeVar("T")


class LiveConsumer(AsyncWebsocketConsumer):
    """Speaks names and numbers only; the page fetches content through its ordinary views."""

    async def connect(self) -> None:
        user = self.scope["user"]
        self.heard: dict[str, int] = {}
        self.beating: asyncio.Task[None] | None = None
        self.received: list[float] = []
        self.writing: tuple[str, str] | None = None
        self.user_id = str(user.pk) if user.is_authenticated else ""
        self.rights: listening.Rights | None = None
        await self.accept()
        # A browser is told why only once it has been let in.
        if await self.is_refused():
            return
        if _sockets[self.user_id] >= MOST_SOCKETS:
            await self.end(TOO_MUCH, "Too many pages are open")
            return
        _sockets[self.user_id] += 1
        self.beating = asyncio.create_task(self.beat())
        await self.channel_layer.group_add(EVERYBODY, self.channel_name)

    async def disconnect(self, code: int) -> None:
        if self.beating is None:
            return
        self.beating.cancel()
        _sockets[self.user_id] -= 1
        for name in (EVERYBODY, *map(group, self.heard)):
            await self.channel_layer.group_discard(name, self.channel_name)
        watched = presence.watched(self.heard)
        await self.stop_writing()
        await _in_thread(presence.leave, watched, self.user_id, self.channel_name)
        await self.tell_colleagues()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._too_often():
            await self.end(TOO_MUCH, "Too many messages")
            return
        said = understood(text_data)
        if said is None:
            await self.end(BAD_FRAME, "Not understood")
        elif "place" in said:
            await self.write_in(**said)
        else:
            await self.subscribe(**said)

    async def subscribe(self, wanted: dict[str, Any], epoch: object, since: object) -> None:
        """Listen to these topics from the given numbers on, and say where each stands.

        `since` is when the page was asked for: what moved after that, it may not show.
        """
        places = max(0, MOST_TOPICS - len(self.heard))
        surplus = [topic for topic in wanted if topic not in self.heard][places:]
        asked = {topic: seq for topic, seq in wanted.items() if topic not in surplus}
        if self.rights is None:
            self.rights = await database_sync_to_async(listening.rights)(self.user_id)
        admitted, refused = await database_sync_to_async(listening.admit_now)(self.user_id, asked)
        # First in the groups, then asked for the heads: nothing falls between the two.
        for topic in admitted:
            await self.channel_layer.group_add(group(topic), self.channel_name)
        present = await database_sync_to_async(queries.epoch)()
        heads = await database_sync_to_async(queries.heads)(admitted)
        for topic in await database_sync_to_async(listening.unseen)(admitted, since):
            await self.say(reload=topic)
        for topic, seq in admitted.items():
            is_known = seq is not None and epoch == present and seq <= heads[topic]
            self.heard[topic] = seq if is_known and seq is not None else heads[topic]
            if seq is not None and not is_known:
                await self.say(reload=topic)
        await self.say(epoch=present, heads=heads, refused=[*refused, *surplus])
        await self.catch_up(heads)
        await self.sign_presence()

    async def sign_presence(self) -> None:
        """Colleagues with the same page open hear of somebody who was not there before."""
        watched = presence.watched(self.heard)
        if await _in_thread(presence.sign, watched, self.user_id, self.channel_name):
            await self.tell_colleagues()

    async def write_in(self, topic: str, place: str) -> None:
        """Whoever hears the topic sees that somebody writes there; `place` is empty for nowhere."""
        if topic not in presence.watched(self.heard):
            return
        await self.stop_writing()
        if place:
            self.writing = (topic, place)
            await self.sign_writing()
        await self.channel_layer.group_send(group(topic), {"type": "live.presence", "topic": topic})

    async def sign_writing(self) -> None:
        if self.writing is not None:
            await _in_thread(presence.write, *self.writing, self.user_id, self.channel_name)

    async def stop_writing(self) -> None:
        if self.writing is not None:
            await _in_thread(presence.stop, *self.writing, self.user_id, self.channel_name)
            self.writing = None

    async def tell_colleagues(self) -> None:
        for topic in presence.watched(self.heard):
            message = {"type": "live.presence", "topic": topic}
            await self.channel_layer.group_send(group(topic), message)

    async def live_presence(self, message: dict[str, Any]) -> None:
        await self.say(presence=message["topic"])

    async def catch_up(self, heads: dict[str, int]) -> None:
        """Send what was missed of every topic that is behind its head."""
        for topic, head in heads.items():
            if head > self.heard.get(topic, head):
                await self.replay(topic, head)

    async def replay(self, topic: str, head: int) -> None:
        events = await database_sync_to_async(listening.missed)(topic, self.heard[topic])
        if events is None:
            self.heard[topic] = head
            await self.say(reload=topic)
            return
        for frame in events:
            await self.pass_on(frame)

    async def pass_on(self, frame: dict[str, Any]) -> None:
        """Each number once and in order."""
        if frame["seq"] > self.heard[frame["topic"]]:
            self.heard[frame["topic"]] = frame["seq"]
            await self.say(**frame)

    async def live_event(self, message: dict[str, Any]) -> None:
        """From the relay. A gap means that something was dropped on the way."""
        frame = message["frame"]
        heard = self.heard.get(frame["topic"])
        if heard is None:
            return
        if frame["seq"] == heard + 1:
            await self.pass_on(frame)
        elif frame["seq"] > heard:
            await self.replay(frame["topic"], frame["seq"])

    async def live_nudge(self, message: dict[str, Any]) -> None:
        await self.compare()

    async def beat(self) -> None:
        """Every few seconds: still allowed, nothing missed, still in the groups."""
        joined_at = time.monotonic()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if await self.is_refused():
                return
            if time.monotonic() - joined_at > REJOIN_SECONDS:
                joined_at = time.monotonic()
                await self.rejoin()
            await self.follow_rights()
            await self.compare()
            await self.sign_presence()
            await self.sign_writing()

    async def follow_rights(self) -> None:
        """After a change of roles, nothing more of what may not be heard any longer."""
        now = await database_sync_to_async(listening.rights)(self.user_id)
        if self.rights in (None, now):
            return
        self.rights = now
        wanted = dict.fromkeys(self.heard)
        _, refused = await database_sync_to_async(listening.admit_now)(self.user_id, wanted)
        for topic in refused:
            await self.channel_layer.group_discard(group(topic), self.channel_name)
            del self.heard[topic]
        if self.writing is not None and self.writing[0] in refused:
            await self.stop_writing()
        await self.say(refused=refused)

    async def is_refused(self) -> bool:
        """Whether the session is not open any more; then this is its last frame."""
        key = (self.user_id and self.scope["session"].session_key) or ""
        found: Standing = await database_sync_to_async(standing_by_key)(key)
        if found == Standing.LOCKED:
            await self.end(LOCKED, "Locked")
        elif found != Standing.OPEN:
            await self.end(SIGNED_OUT, "Signed out")
        return found != Standing.OPEN

    async def rejoin(self) -> None:
        """A Valkey that was started anew has forgotten who is in which group."""
        for name in (EVERYBODY, *map(group, self.heard)):
            await self.channel_layer.group_add(name, self.channel_name)

    async def compare(self) -> None:
        """Tell the heads, so that the browser can see for itself, and replay what is missing."""
        heads = await database_sync_to_async(listening.recent_heads)(list(self.heard))
        await self.catch_up(heads)
        await self.say(heads=self.heard)

    async def end(self, code: int, reason: str) -> None:
        """Close, and say why in a last frame: Daphne passes on the code alone."""
        await self.say(ended=reason)
        await self.close(code=code)

    async def say(self, **frame: Any) -> None:
        # A browser that has just gone is no fault; `disconnect` is on its way.
        with suppress(Disconnected):
            await self.send(text_data=json.dumps(frame))

    def _too_often(self) -> bool:
        now = time.monotonic()
        self.received = [at for at in self.received if now - at < 60] + [now]
        return len(self.received) > MOST_FRAMES_A_MINUTE


def _in_thread(work: Callable[..., T], *arguments: Any) -> Awaitable[T]:
    """For Valkey's plain client, which blocks."""
    return sync_to_async(work, thread_sensitive=False)(*arguments)


def understood(text: str | None) -> dict[str, Any] | None:
    """One of the two things a browser may say: `{"subscribe": {topic: last number or null},
    "epoch": …, "since": …}` and `{"writing": {"topic": …, "place": …}}`."""
    if text is None or len(text) > MOST_BYTES:
        return None
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    return _place(said["writing"]) if "writing" in said else _wanted(said)


def _wanted(said: dict[str, Any]) -> dict[str, Any] | None:
    wanted = said.get("subscribe")
    if not isinstance(wanted, dict) or len(wanted) > MOST_TOPICS:
        return None
    return {"wanted": wanted, "epoch": said.get("epoch"), "since": said.get("since")}


def _place(writing: object) -> dict[str, Any] | None:
    if not isinstance(writing, dict):
        return None
    topic, place = writing.get("topic"), writing.get("place")
    if not isinstance(topic, str) or not isinstance(place, str) or not PLACE.fullmatch(place):
        return None
    return {"topic": topic, "place": place}
