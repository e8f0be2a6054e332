"""The keys that contents are sealed with, themselves sealed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.ids import uuid7


class DataKey(models.Model):
    """One key of an owner: a patient's id, or a name such as `house`.

    `wrapped` opens with the key-encryption key `kek_id` alone, and is empty once shredded.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Seals and opens"
        RETIRED = "retired", "Opens only"
        SHREDDED = "shredded", "Destroyed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.CharField(max_length=100)
    wrapped = models.BinaryField()
    kek_id = models.CharField("key-encryption key", max_length=16)
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(db_default=Now())
    shredded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "data_keys"
        indexes = [models.Index(fields=["kek_id"], name="data_keys_kek")]
        constraints = [
            # Whose key was shredded gets no other: what comes later would seem to be readable.
            models.UniqueConstraint(
                fields=["owner"], condition=~Q(state="retired"), name="data_keys_one_an_owner"
            ),
            models.CheckConstraint(
                condition=Q(state="shredded", wrapped=b"", shredded_at__isnull=False)
                | (~Q(state="shredded") & ~Q(wrapped=b"") & Q(shredded_at__isnull=True)),
                name="data_keys_shredded_are_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner} ({self.state})"
