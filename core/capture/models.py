"""The base of every table people change."""

from django.db import models
from django.db.models.functions import Now

from core.capture.triggers import recorded
from core.ids import UuidV7, uuid7


class Record(models.Model):
    """A row that is audited, versioned and stamped by the database, whatever door it came through.

    A subclass with its own triggers adds them: `triggers = [*Record.Meta.triggers, ...]`.
    `version` counts the saved changes; `created_by` and `updated_by` are users' ids.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=UuidV7(), editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.UUIDField(null=True, editable=False)
    updated_by = models.UUIDField(null=True, editable=False)

    class Meta:
        abstract = True
        triggers = recorded()
