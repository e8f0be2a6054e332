"""Records that are not everybody's, and who opened one in an emergency."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from patients.models.patient import Patient

OPEN_FOR = timedelta(minutes=60)


class Restriction(Record):
    """A record that only named persons open as others do [Meta.security: restricted]."""

    class Kind(models.TextChoices):
        STAFF = "staff", "Works here"
        VIP = "vip", "Known to the public"
        SENSITIVE = "sensitive", "Sensitive content"
        ASKED = "asked", "The patient asked for it"

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="restriction")
    kind = models.CharField(max_length=10, choices=Kind)
    note = models.CharField(max_length=300, blank=True)

    class Meta(Record.Meta):
        db_table = "restrictions"

    def __str__(self) -> str:
        return str(self.get_kind_display())


class RestrictionPermit(Record):
    """Somebody who opens a restricted record without breaking the glass."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="permits")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        db_table = "restriction_permits"
        constraints = [
            models.UniqueConstraint(fields=["patient", "user"], name="restriction_permits_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} may open {self.patient_id}"


class BreakGlassGrant(Record):
    """A restricted record opened for an hour, to be reviewed by somebody else afterwards."""

    class Reason(models.TextChoices):
        EMERGENCY = "emergency", "Emergency"
        TREATMENT = "treatment", "I am treating this patient now"
        COVER = "cover", "I stand in for whoever treats"
        OTHER = "other", "Another reason"

    class Finding(models.TextChoices):
        JUSTIFIED = "justified", "Justified"
        NOT_JUSTIFIED = "not_justified", "Not justified"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="grants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=10, choices=Reason)
    words = models.CharField(max_length=500)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(max_length=15, choices=Finding, blank=True)
    review_words = models.CharField(max_length=500, blank=True)

    class Meta(Record.Meta):
        db_table = "break_glass_grants"
        ordering = ["-begins_at"]
        indexes = [
            models.Index(fields=["patient", "user", "ends_at"]),
            models.Index(
                fields=["begins_at"], condition=Q(reviewed_at=None), name="break_glass_to_review"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("begins_at") + OPEN_FOR), name="break_glass_an_hour"
            ),
            models.CheckConstraint(
                condition=~Q(reviewed_by=F("user")), name="break_glass_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, finding="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(finding=""),
                name="break_glass_review_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}: {self.words}"
