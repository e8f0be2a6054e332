"""What is known about a patient from before: allergies, problems, immunisations."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q

from core.capture.models import Record
from patients.models.patient import Patient, PlainName
from patients.models.visit import Visit


class AllergyGroup(Record):
    """Substances that share an allergy; says which names belong to it, and is not complete."""

    name = models.CharField(max_length=100, unique=True)
    members = models.JSONField(default=list)
    note = models.TextField(blank=True)

    class Meta(Record.Meta):
        db_table = "allergy_groups"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Allergy(Record):
    """Something the patient must not get [AllergyIntolerance]."""

    class Criticality(models.TextChoices):
        LOW = "low", "Low"
        HIGH = "high", "High"
        UNKNOWN = "unable-to-assess", "Not known"

    class Verification(models.TextChoices):
        UNCONFIRMED = "unconfirmed", "Unconfirmed"
        CONFIRMED = "confirmed", "Confirmed"
        REFUTED = "refuted", "Refuted"
        ENTERED_IN_ERROR = "entered-in-error", "Entered in error"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="allergies")
    substance = models.CharField(max_length=300)
    code = models.CharField(max_length=60, blank=True)
    code_system = models.CharField(max_length=200, blank=True)
    group = models.ForeignKey(AllergyGroup, on_delete=models.PROTECT, null=True, blank=True)
    reaction = models.CharField(max_length=300, blank=True)
    criticality = models.CharField(max_length=20, choices=Criticality, default=Criticality.UNKNOWN)
    verification = models.CharField(
        max_length=20, choices=Verification, default=Verification.UNCONFIRMED
    )
    active = models.BooleanField(default=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "allergies"
        ordering = ["-criticality", "substance"]
        verbose_name_plural = "allergies"
        indexes = [models.Index(fields=["patient", "active"])]

    def __str__(self) -> str:
        return f"{self.substance}: {self.reaction}" if self.reaction else self.substance


class Problem(Record):
    """A diagnosis on the problem list [Condition]."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Inactive"
        RESOLVED = "resolved", "Resolved"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="problems")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True)
    code = models.CharField(max_length=60, blank=True)
    code_system = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500)
    state = models.CharField(max_length=20, choices=State, default=State.ACTIVE)
    onset_on = models.DateField(null=True, blank=True)
    resolved_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "problems"
        ordering = ["state", "-recorded_at"]
        indexes = [models.Index(fields=["patient", "state"])]

    def __str__(self) -> str:
        return self.title


class VisitProblem(Record):
    """What a visit was about [Encounter.diagnosis]: a problem of the list, new or known before."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="visit_problems")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="visit_problems")

    class Meta(Record.Meta):
        db_table = "visit_problems"
        ordering = ["id"]
        verbose_name = "problem of a visit"
        verbose_name_plural = "problems of visits"
        constraints = [
            models.UniqueConstraint(fields=["visit", "problem"], name="visit_problems_once")
        ]

    def __str__(self) -> str:
        return str(self.problem)


class Immunisation(Record):
    """A vaccine given, or not given and why [Immunization]."""

    class State(models.TextChoices):
        COMPLETED = "completed", "Given"
        NOT_DONE = "not-done", "Not given"
        ENTERED_IN_ERROR = "entered-in-error", "Entered in error"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="immunisations")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True)
    vaccine = models.CharField(max_length=300)
    cvx_code = models.CharField("CVX code", max_length=20, blank=True)
    lot_number = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.COMPLETED)
    given_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "immunisations"
        ordering = ["-given_at"]
        indexes = [models.Index(fields=["patient", "-given_at"])]

    def __str__(self) -> str:
        return self.vaccine


class DiagnosisCode(models.Model):
    """A code of ICD-10-CM; reference data, replaced as a whole and not audited."""

    code = models.CharField(max_length=10, primary_key=True)
    title = models.CharField(max_length=500)
    billable = models.BooleanField(default=True)
    plain = models.GeneratedField(
        expression=PlainName("title"), output_field=models.TextField(), db_persist=True
    )
    words = models.GeneratedField(
        expression=SearchVector(PlainName("title"), config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        db_table = "diagnosis_codes"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="diagnosis_codes_have_a_title")
        ]
        indexes = [
            # Beginnings of words, and words with a slip; those of a code have the key's own index.
            GinIndex(fields=["words"], name="diagnosis_codes_words"),
            GinIndex(fields=["plain"], opclasses=["gin_trgm_ops"], name="diagnosis_codes_trgm"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
