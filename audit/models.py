"""Checkpoints of the audit, and its collections as mirrors; the entries are documents in MongoDB."""

import pgtrigger
from django.db import models

from audit.mirrors import AnalyticsMirror, AuditLogMirror
from core.capture.triggers import refused

__all__ = ["AnalyticsMirror", "AuditLogMirror", "Checkpoint"]


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
