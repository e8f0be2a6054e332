"""What somebody shows beside the password."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.ids import uuid7


class SecondFactor(models.Model):
    """An authenticator app or a passkey of somebody, by the name its owner gave it."""

    class Kind(models.TextChoices):
        TOTP = "totp", "Authenticator app"
        PASSKEY = "passkey", "Passkey"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="second_factors"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=60)
    added_at = models.DateTimeField(db_default=Now())
    # None until its first code has shown that the app and the clinic agree.
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    # An app's secret, sealed; and the last half minute whose code was taken: each counts once.
    secret = models.BinaryField(null=True)
    last_step = models.BigIntegerField(default=0)
    # A passkey's public half, which is no secret.
    credential_id = models.BinaryField(null=True, unique=True)
    public_key = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0)

    class Meta:
        db_table = "second_factors"
        ordering = ["added_at"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """One of ten codes for the day the phone is gone; kept as a keyed digest, good for one use."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "recovery_codes"
        indexes = [models.Index(fields=["user", "digest"])]

    def __str__(self) -> str:
        return f"of {self.user_id}"
