"""What was sent through a door that had just been locked."""

from django.db import models
from django.db.models.functions import Now

from core.sessions.models import OpenSession


class HeldForm(models.Model):
    """The form that a locked session posted last, sealed, until its person is back or it ends."""

    session = models.OneToOneField(OpenSession, on_delete=models.CASCADE, primary_key=True)
    path = models.TextField()
    sealed = models.BinaryField()
    held_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "held_forms"

    def __str__(self) -> str:
        return f"since {self.held_at:%H:%M}"
