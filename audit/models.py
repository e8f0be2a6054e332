"""Checkpoints and archives of the audit, and its collections as mirrors; the entries are documents in MongoDB."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from audit.mirrors import AnalyticsMirror, AuditLogMirror
from core.capture.triggers import refused

__all__ = ["AnalyticsMirror", "Archive", "AuditLogMirror", "Checkpoint", "Verification"]


class Checkpoint(models.Model):
    """A signed statement that the entry numbered `seq` has this hash; only ever added."""

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    key_id = models.CharField(max_length=8)
    signature = models.CharField(max_length=128)

    class Meta:
        db_table = "audit_checkpoints"
        ordering = ["seq"]
        triggers = [
            refused("update", pgtrigger.Update, "A checkpoint is never changed"),
            refused("delete", pgtrigger.Delete, "A checkpoint is never deleted"),
            refused("truncate", pgtrigger.Truncate, "Checkpoints are never deleted"),
        ]

    def __str__(self) -> str:
        return f"Checkpoint at {self.seq}"


class Archive(models.Model):
    """Entries `first` to `last` are in this file, and no longer in MongoDB; only ever added.

    `tail` is the hash of the last, which a checkpoint states too; `since` and `until` are the
    earliest and the latest moment of an entry; `sha256` is that of the file [FIPS 180-4].
    """

    id = models.BigAutoField(primary_key=True)
    first = models.BigIntegerField(unique=True)
    last = models.BigIntegerField(unique=True)
    tail = models.CharField(max_length=64)
    since = models.DateTimeField()
    until = models.DateTimeField()
    name = models.CharField(max_length=60)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "audit_archives"
        ordering = ["first"]
        constraints = [
            models.CheckConstraint(name="archive_in_order", condition=Q(first__lte=F("last")))
        ]
        triggers = [
            refused("update", pgtrigger.Update, "An archive is never changed"),
            refused("delete", pgtrigger.Delete, "An archive is never deleted"),
            refused("truncate", pgtrigger.Truncate, "Archives are never deleted"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def entries(self) -> int:
        return self.last - self.first + 1

    @property
    def span(self) -> str:
        return f"{self.first} to {self.last}"


class Verification(models.Model):
    """What somebody found who held the log against its seals and checkpoints; only ever added."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    verdict = models.CharField(max_length=20)
    words = models.TextField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    entries = models.BigIntegerField()
    seconds = models.FloatField()

    class Meta:
        db_table = "audit_verifications"
        ordering = ["-id"]
        triggers = [
            refused("update", pgtrigger.Update, "A verification is never changed"),
            refused("delete", pgtrigger.Delete, "A verification is never deleted"),
            refused("truncate", pgtrigger.Truncate, "Verifications are never deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} up to {self.last}"

    @property
    def is_whole(self) -> bool:
        """Whether every entry was read."""
        return self.first <= 1

    @property
    def is_intact(self) -> bool:
        return self.verdict == "intact"
