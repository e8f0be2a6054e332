"""What has been imported, so that a second run adds nothing and a killed one resumes."""

from django.db import models
from django.db.models.functions import Now


class ImportedResource(models.Model):
    """One resource of one source and the row or document it became.

    What became neither, a hospital for instance, is kept whole in `body`. Identifiers by which
    others refer to a resource are rows too: type `Practitioner?identifier=`, id a blind index of
    `system|value`.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.TextField()
    resource_type = models.TextField()
    resource_id = models.TextField()
    entity_type = models.TextField(blank=True)
    entity_id = models.TextField(blank=True)
    digest = models.BinaryField()
    body = models.JSONField(null=True)
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
    """A file that was imported and how many resources it held; unfinished where it broke off."""

    digest = models.TextField(primary_key=True)
    path = models.TextField()
    position = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "imported_files"

    def __str__(self) -> str:
        return self.path
