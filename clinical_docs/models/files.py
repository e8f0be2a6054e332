"""Documents: what a file is called and how it is kept; each of its versions; files on their way."""

from contextlib import suppress
from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinical_docs.choices import Category
from core.capture.models import Record
from core.capture.triggers import refused
from patients.models import Patient, Visit

NEVER_DELETED = "A document is archived, never deleted"


class Document(Record):
    """A document of a patient [DocumentReference]; `number` is the version in force.

    `metadata_id` is the newest of its documents in `document_metadata`: each change makes another.
    """

    class State(models.TextChoices):
        CURRENT = "current", "Current"
        ARCHIVED = "archived", "Archived"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="documents")
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    category = models.CharField(max_length=20, choices=Category)
    title = models.CharField(max_length=150)
    dated_on = models.DateField(null=True, blank=True)
    number = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.CURRENT)
    archived_reason = models.CharField(max_length=300, blank=True)
    retention_until = models.DateField(null=True, blank=True)
    legal_hold = models.BooleanField(default=False)
    hold_reason = models.CharField(max_length=300, blank=True)
    metadata_id = models.CharField(max_length=36, blank=True, editable=False)

    class Meta(Record.Meta):
        db_table = "documents"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "-created_at"])]
        triggers = [*Record.Meta.triggers, refused("delete", pgtrigger.Delete, NEVER_DELETED)]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="archived") | ~Q(archived_reason=""),
                name="documents_archived_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(legal_hold=False) | ~Q(hold_reason=""),
                name="documents_held_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(Record):
    """What was added once, and stays: the bytes lie sealed in the store under `storage_key`.

    `sha256` is of the kept bytes, `sent_sha256` of those that were sent; `facts` are what a DICOM
    image says of itself.
    """

    class Scan(models.TextChoices):
        CLEAN = "clean", "Scanned"
        NOT_SCANNED = "not_scanned", "Not scanned"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    filename = models.CharField(max_length=150)
    mime = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    sent_sha256 = models.CharField(max_length=64)
    pages = models.PositiveIntegerField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    scan = models.CharField(max_length=12, choices=Scan)
    remarks = models.JSONField(default=list, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    storage_key = models.CharField(max_length=100, unique=True, editable=False)
    thumbnail_key = models.CharField(max_length=100, blank=True, editable=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    class Meta(Record.Meta):
        db_table = "document_versions"
        ordering = ["-number"]
        indexes = [models.Index(fields=["patient", "sent_sha256"])]
        triggers = [
            *Record.Meta.triggers,
            refused("delete", pgtrigger.Delete, NEVER_DELETED),
            refused("update", pgtrigger.Update, "A version stays as it was added; add a new one"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"], name="document_versions_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.filename}, version {self.number}"

    @property
    def added_by(self) -> str:
        """Who added it; nobody here did where it was imported."""
        return self.uploaded_by.display_name if self.uploaded_by else "an import"

    @property
    def study_day(self) -> date | None:
        """When a DICOM image says it was taken."""
        with suppress(ValueError):
            return date.fromisoformat(self.facts.get("study_date", ""))
        return None


class FileClaim(models.Model):
    """A key of the store whose row is not committed yet.

    Without its claim a row cannot be committed any more, so that a key with neither row nor claim
    is nobody's for good (domain.files.sweeping).
    """

    key = models.CharField(max_length=100, primary_key=True)
    claimed_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "file_claims"

    def __str__(self) -> str:
        return self.key
