"""The sessions of the pages, with what a person may want to know of them."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, models
from django.db.models.functions import Now

from core.ids import uuid7
from core.sessions.devices import device
from core.sessions.fields import DigestField


class OpenSession(models.Model):
    """One browser of somebody who is signed in, or is about to be.

    `expire_date` is fixed when the row is made: nothing that is done afterwards moves it.
    """

    # Pages and lists name a session by this; the key is the cookie, which nobody else may learn.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session_key = DigestField(unique=True)
    session_data = models.TextField()
    expire_date = models.DateTimeField(db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions"
    )
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.TextField(blank=True)
    roles = ArrayField(models.CharField(max_length=20), null=True)
    second_step = models.CharField(max_length=10, blank=True)
    signed_in_at = models.DateTimeField(db_default=Now())
    active_at = models.DateTimeField(db_default=Now())
    locked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sessions"

    def __str__(self) -> str:
        return f"{self.device} since {self.signed_in_at:%H:%M}"

    def save(self, *args: Any, **options: Any) -> None:
        """As Django's store of sessions calls it. What is changed is the data and whose it is: a
        request that began before a lock must not take the lock away."""
        if not options.get("force_update"):
            return super().save(*args, **options)
        mine = OpenSession.objects.filter(session_key=self.session_key)
        if not mine.update(session_data=self.session_data, user=self.user_id):
            raise DatabaseError("The session has ended.")
        return None

    @property
    def device(self) -> str:
        """`Firefox on Windows`."""
        return device(self.user_agent)
