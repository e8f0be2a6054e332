"""The note of a visit before it is signed; signed, it is a document and these rows are gone."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from clinical_docs.choices import SECTIONS
from core.capture.models import Record
from core.crypto.fields import SealedObjectField
from patients.models import Visit


class NoteTemplate(Record):
    """What a note of a kind asks for, section by section; administrators change it."""

    name = models.CharField(max_length=80, unique=True)
    place = models.PositiveIntegerField(default=100, help_text="Lower comes first in the list.")
    complaint = models.TextField(blank=True)
    history = models.TextField(blank=True)
    examination = models.TextField(blank=True)
    assessment = models.TextField(blank=True)
    plan = models.TextField(blank=True)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "note_templates"
        ordering = ["place", "name"]

    def __str__(self) -> str:
        return self.name

    def texts(self) -> dict[str, str]:
        """By section."""
        return {name: getattr(self, name) for name in SECTIONS}


class NoteDraft(models.Model):
    """What is being written for a visit, by whoever writes there.

    `sections` hold, by name, `text`, `version`, `by`, `at` and the `page` it was typed on;
    `amends` is the id of the signed note that this one will replace.
    """

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, primary_key=True)
    template = models.CharField(max_length=80, blank=True)
    amends = models.CharField(max_length=36, blank=True)
    sections = SealedObjectField(owner="visit.patient_id")
    saved_at = models.DateTimeField(db_default=Now())
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)

    class Meta:
        db_table = "note_drafts"

    def __str__(self) -> str:
        return f"Note of {self.visit_id}"

    def texts(self) -> dict[str, str]:
        """What stands in each section that has something."""
        texts = {name: self.sections.get(name, {}).get("text", "") for name in SECTIONS}
        return {name: text for name, text in texts.items() if text.strip()}


class NoteRevision(models.Model):
    """The whole note as it stood: what is offered under "Older drafts"."""

    class Why(models.TextChoices):
        WRITTEN = "written", "As written"
        REPLACED = "replaced", "Before it was replaced"
        NOT_TAKEN = "not_taken", "Not taken over: somebody else was quicker"

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    why = models.CharField(max_length=10, choices=Why, default=Why.WRITTEN)
    texts = SealedObjectField(owner="visit.patient_id", place=("visit_id", "by_id", "why"))
    began_at = models.DateTimeField(db_default=Now())
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "note_revisions"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["visit", "-id"]),
            models.Index(fields=["by", "-id"]),
            models.Index(fields=["saved_at"]),
        ]

    def __str__(self) -> str:
        return f"Note of {self.visit_id} at {self.saved_at}"
