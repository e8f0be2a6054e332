"""Who did and saw what, and how the clinic is used."""

from typing import Any, ClassVar

import bson
from django.utils import timezone
from mongoengine import DateTimeField, DictField, IntField, StringField

from core.outbox.documents import OutboxDocument
from core.relay import stream


class AuditLog(OutboxDocument):
    """One entry of the audit [AuditEvent]; written by the relay alone, in the order of `seq`.

    `changes` is {field: [old, new]} for a row, the details for a fact. `hash`, `prev_hash` and
    `key_id` are the seats of the chain.
    """

    action = StringField(required=True, max_length=60)
    user_id = StringField(max_length=36)
    entity_type = StringField(required=True, max_length=60)
    entity_id = StringField(max_length=200)
    changes = DictField()
    timestamp = DateTimeField(required=True)
    ip_address = StringField(max_length=45)
    user_agent = StringField(max_length=300)
    metadata = DictField()
    patient_id = StringField(max_length=36)
    seq = IntField(required=True)
    request_id = StringField(max_length=36)
    reason = StringField()
    prev_hash = StringField()
    hash = StringField()
    key_id = StringField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "audit_logs",
        "indexes": [
            ("user_id", "-timestamp"),
            ("entity_type", "entity_id", "-seq"),
            ("patient_id", "-timestamp"),
            {"fields": ("metadata.origin",), "sparse": True},
            {"fields": ("changes.patients", "-timestamp"), "sparse": True},
            ("action", "-timestamp"),
            ("-timestamp",),
            {"fields": ("seq",), "unique": True},
        ],
    }

    def save(self, *_: Any, **__: Any) -> "OutboxDocument":
        raise TypeError("Audit entries come from the database itself, or from outbox.put_fact().")


class Analytics(OutboxDocument):
    """How the clinic is used: page views, searches, waiting times. Never free text of a patient.

    Not a fact: `save()` hands it to a bounded stream in Valkey and returns at once; when that is
    full or down the oldest are dropped and counted.
    """

    event_type = StringField(required=True, max_length=60)
    user_id = StringField(max_length=36)
    data = DictField()
    timestamp = DateTimeField(default=timezone.now)
    session_id = StringField(max_length=100)
    ip_address = StringField(max_length=45)
    user_agent = StringField(max_length=300)
    metadata = DictField()

    meta: ClassVar[dict[str, Any]] = {
        "collection": "analytics",
        "indexes": [
            ("user_id", "-timestamp"),
            ("event_type", "-timestamp"),
            ("-timestamp",),
        ],
    }

    def save(self, *_: Any, **__: Any) -> "OutboxDocument":
        """Hand it over, never waiting for a server. Raises ValidationError when it is unfit."""
        stream.add(self.collection_name, bson.encode(self.payload()))
        return self
