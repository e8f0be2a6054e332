"""What browsers replay after they were away."""

from typing import Any, ClassVar

from mongoengine import DateTimeField, IntField, StringField

from core.outbox.documents import OutboxDocument

KEEP_SECONDS = 7 * 24 * 3600


class SyncEvent(OutboxDocument):
    """A name, never content: something of this topic changed. Written by the relay alone."""

    seq = IntField(required=True)
    topic = StringField(required=True, max_length=120)
    kind = StringField(required=True, max_length=20)
    entity_type = StringField(required=True, max_length=60)
    entity_id = StringField(max_length=200)
    version = IntField()
    event_id = StringField(max_length=36)
    created_at = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {
        "collection": "sync_events",
        "indexes": [
            {"fields": ("topic", "seq"), "unique": True},
            {"fields": ("created_at",), "expireAfterSeconds": KEEP_SECONDS},
            ("event_id",),
        ],
    }

    def save(self, *_: Any, **__: Any) -> "OutboxDocument":
        raise TypeError("Sync events are written by the relay.")
