"""What has been imported, so that a second run adds nothing and a killed one resumes."""

from django.db import models
from django.db.models.functions import Now


class ImportedResource(models.Model):
    """One resource of one source and the row or document it became."""

    id = models.BigAutoField(primary_key=True)
    source = models.TextField()
    resource_type = models.TextField()
    resource_id = models.TextField()
    entity_type = models.TextField(blank=True)
    entity_id = models.TextField(blank=True)
    digest = models.BinaryField()
    imported_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "imported_resources"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "resource_type", "resource_id"], name="imported_resources_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.resource_id}"


class ImportedFile(models.Model):
    """How far a file has been read: everything before `position` is committed."""

    digest = models.TextField(primary_key=True)
    path = models.TextField()
    position = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "imported_files"

    def __str__(self) -> str:
        return self.path
