"""The outbox table as Django sees it; `core/migrations/sql/0001_outbox.sql` makes it."""

import json
from decimal import Decimal
from typing import Any

from django.db import models


class ExactDecoder(json.JSONDecoder):
    """Numbers with a point come back as Decimal: 0.00 must not turn into 0.0."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class OutboxRow(models.Model):
    """One fact on its way: `p`ending, `d`elivered or `x` set aside after too many failures."""

    class Kind(models.TextChoices):
        ROW = "row", "Row change"
        FACT = "fact", "Fact"
        DOCUMENT = "document", "Document"

    class State(models.TextChoices):
        PENDING = "p", "Pending"
        DELIVERED = "d", "Delivered"
        SET_ASIDE = "x", "Set aside"

    id = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField()
    kind = models.TextField(choices=Kind)
    stream = models.TextField()
    collection = models.TextField(null=True)
    entity_type = models.TextField()
    entity_id = models.TextField()
    patient_id = models.UUIDField(null=True)
    operation = models.CharField(max_length=1, null=True)
    action = models.TextField()
    changes = models.JSONField(null=True, decoder=ExactDecoder)
    document = models.BinaryField(null=True)
    context = models.JSONField(null=True)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=1, choices=State, default=State.PENDING)
    attempts = models.SmallIntegerField(default=0)
    next_try = models.DateTimeField()
    last_error = models.TextField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "outbox"
        ordering = ["id"]
        verbose_name = "outbox row"

    def __str__(self) -> str:
        return f"{self.action} {self.stream}"
