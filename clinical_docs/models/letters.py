"""Letters: what was given to a patient on paper, and the code that proves it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from patients.models import Patient, Visit


class Letter(Record):
    """A signed letter [Composition]; its words are the document `document_id` of kind letter.

    `code` stands on the paper: whoever holds it may ask whether the paper is genuine.
    """

    class Kind(models.TextChoices):
        SICK_NOTE = "sick-note", "Sick note"
        REFERRAL = "referral", "Referral letter"
        SUMMARY = "visit-summary", "Visit summary"
        PRESCRIPTION = "prescription", "Prescription"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=20, choices=Kind)
    code = models.CharField(max_length=20, unique=True, editable=False)
    document_id = models.CharField(max_length=36, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField()
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    printed = models.PositiveIntegerField(default=0)

    class Meta(Record.Meta):
        db_table = "letters"
        ordering = ["-signed_at"]
        indexes = [models.Index(fields=["patient", "-signed_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="letters_end_after_start",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.signed_at:%d-%b-%Y}"

    @property
    def code_in_groups(self) -> str:
        """`7K3Q-…`: as it is printed and read out."""
        return "-".join(self.code[n : n + 4] for n in range(0, len(self.code), 4))
