"""What forms need to keep between two requests."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.crypto.fields import SealedObjectField


class UsedKey(models.Model):
    """A form's one-time key with what its first use answered: a double click has one effect."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    action = models.TextField()
    digest = models.TextField()
    answer = models.JSONField()
    used_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "idempotency_keys"
        indexes = [models.Index(fields=["used_at"])]

    def __str__(self) -> str:
        return f"{self.action} {self.key}"


class Draft(models.Model):
    """What somebody is still typing: one per person, form and object."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    form = models.TextField()
    object_id = models.TextField(blank=True)
    fields = SealedObjectField(place=("user_id", "form", "object_id"))
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "drafts"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "form", "object_id"], name="drafts_one_per_form"
            )
        ]

    def __str__(self) -> str:
        return f"{self.form} by {self.user_id}"
