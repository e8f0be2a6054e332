"""Sync events as the administration reads them."""

from django.db import models

from core.databases.mirror import MirrorModel


class SyncEventMirror(MirrorModel):
    seq = models.BigIntegerField()
    topic = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    entity_type = models.CharField(max_length=60)
    entity_id = models.CharField(max_length=200, null=True)
    version = models.IntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta(MirrorModel.Meta):
        db_table = "sync_events"
        verbose_name = "sync event"
