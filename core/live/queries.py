"""What browsers missed: heads from PostgreSQL, events from MongoDB."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from core.databases import mongo
from core.live.models import SyncEpoch, SyncHead

MOST = 500
DOUBT = timedelta(seconds=2)
FIELDS = ("seq", "topic", "kind", "entity_type", "entity_id", "version")


def epoch() -> str:
    """Changes when sequences start anew; a browser with another one must load afresh."""
    return str(SyncEpoch.objects.get().epoch)


def heads(topics: Iterable[str]) -> dict[str, int]:
    """The last sequence number of each topic, 0 for one that never had an event."""
    wanted = list(topics)
    found = dict(SyncHead.objects.filter(topic__in=wanted).values_list("topic", "seq"))
    return {topic: found.get(topic, 0) for topic in wanted}


def moved_since(topics: Iterable[str], moment: float) -> list[str]:
    """Topics that moved after the moment (seconds of the epoch), as PostgreSQL's clock has it.

    What was committed before a page was read is older; what its page cannot show is not. Clocks of
    servers differ: within two seconds of doubt a topic counts as moved.
    """
    after = datetime.fromtimestamp(moment, UTC) - DOUBT
    moved = SyncHead.objects.filter(topic__in=list(topics), moved_at__gt=after)
    return sorted(moved.values_list("topic", flat=True))


def events_after(topic: str, seq: int, most: int = MOST) -> list[dict[str, Any]]:
    """Frames of the events after `seq`, oldest first, at most so many.

    Raises ServiceUnavailable without MongoDB; nothing new can have been written there meanwhile.
    """
    with mongo.reading():
        found = mongo.collection("sync_events").find({"topic": topic, "seq": {"$gt": seq}})
        return [frame(event) for event in found.sort("seq", 1).limit(most)]


def frame(event: dict[str, Any]) -> dict[str, Any]:
    """What a browser is told: names and numbers, never content."""
    return {name: event[name] for name in FIELDS if event.get(name) is not None}
