"""What the composition root remembers: which steps and reference rows are in already."""

from django.db import models
from django.db.models.functions import Now


class DemoStep(models.Model):
    """A step of making the demo clinic that is done, and what it counted."""

    name = models.TextField(primary_key=True)
    facts = models.JSONField(default=dict)
    done_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "demo_steps"

    def __str__(self) -> str:
        return self.name


class LoadedReference(models.Model):
    """A reference row as the files had it when it was loaded.

    While the files say the same, the row is left as the clinic has changed it since.
    """

    id = models.BigAutoField(primary_key=True)
    table = models.TextField()
    key = models.TextField()
    digest = models.TextField()

    class Meta:
        db_table = "loaded_references"
        constraints = [
            models.UniqueConstraint(fields=["table", "key"], name="loaded_references_once")
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
