"""The last sequence number given out, so that it outlives the events themselves."""

import uuid

from django.db import models
from django.db.models.functions import Now


class SyncHead(models.Model):
    """The head of one topic (or of the audit): written by the relay, read by heartbeats."""

    topic = models.TextField(primary_key=True)
    seq = models.BigIntegerField()
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "sync_heads"

    def __str__(self) -> str:
        return f"{self.topic} {self.seq}"


class SyncEpoch(models.Model):
    """Changes when sequences start anew (a restore): browsers then load afresh instead of resuming."""

    id = models.BooleanField(primary_key=True, default=True)
    epoch = models.UUIDField(default=uuid.uuid4)

    class Meta:
        db_table = "sync_epoch"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=True), name="sync_epoch_one_row")
        ]

    def __str__(self) -> str:
        return str(self.epoch)
