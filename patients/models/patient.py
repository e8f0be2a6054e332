"""Who is treated."""

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from core.capture.models import Record
from core.capture.triggers import recorded
from core.crypto.fields import SealedObjectField, SealedTextField
from core.crypto.lookups import BlindPart
from core.reads import saw


class PlainName(Func):
    """Names as they are searched (core/migrations/sql/0001_names.sql)."""

    function = "plain_name"
    output_field = models.TextField()


class NameSounds(Func):
    """How each word of a name sounds (same file)."""

    function = "name_sounds"
    output_field = ArrayField(models.TextField())


class AllNames(Func):
    """Family, given and other names in one text; `||` because concat() is not immutable."""

    template = "(%(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = models.TextField()


class Patient(Record):
    """A person the clinic looks after [Patient]."""

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        OTHER = "other", "Other"
        UNKNOWN = "unknown", "Not known"

    class AllergyStatus(models.TextChoices):
        NOT_ASKED = "not_asked", "Allergies not asked"
        NONE_KNOWN = "none_known", "No known allergies"
        RECORDED = "recorded", "Allergies recorded"

    mrn = models.BigIntegerField(
        "medical record number",
        unique=True,
        editable=False,
        db_default=RawSQL("nextval('patients_mrn')", ()),
    )
    family_name = models.CharField(max_length=200, blank=True)
    given_names = models.CharField(max_length=200, blank=True)
    other_names = models.CharField(
        max_length=300, blank=True, help_text="Earlier names, or the name in another script."
    )
    birth_date = models.DateField("date of birth", null=True, blank=True)
    birth_date_estimated = models.BooleanField("only the age is known", default=False)
    sex = models.CharField(max_length=10, choices=Sex)
    phone = SealedTextField(blank=True, owner="id", finds=("digits", "end"))
    email = SealedTextField(blank=True, owner="id", finds=("address",))
    address = SealedTextField(blank=True, owner="id")
    national_id = SealedTextField("national ID", blank=True, owner="id", finds=("number",))
    next_of_kin = SealedTextField(blank=True, owner="id")
    next_of_kin_phone = SealedTextField(blank=True, owner="id")
    language = models.CharField(max_length=20, blank=True)
    allergy_status = models.CharField(
        max_length=10, choices=AllergyStatus, default=AllergyStatus.NOT_ASKED
    )
    allergies_asked_at = models.DateTimeField(null=True, blank=True)
    allergies_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    deceased_at = models.DateTimeField("died", null=True, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    metadata = SealedObjectField(owner="id")

    search_name = models.GeneratedField(
        expression=PlainName(AllNames(F("family_name"), F("given_names"), F("other_names"))),
        output_field=models.TextField(),
        db_persist=True,
    )
    sounds = models.GeneratedField(
        expression=NameSounds(AllNames(F("family_name"), F("given_names"), F("other_names"))),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )

    class Meta(Record.Meta):
        db_table = "patients"
        triggers = recorded(patient="id")
        ordering = ["family_name", "given_names"]
        indexes = [
            GinIndex(fields=["search_name"], opclasses=["gin_trgm_ops"], name="patients_name_trgm"),
            GinIndex(fields=["sounds"], name="patients_sounds"),
            models.Index(fields=["birth_date"]),
            models.Index(BlindPart("phone"), condition=~Q(phone=""), name="patients_phone"),
            models.Index(BlindPart("phone", 1), condition=~Q(phone=""), name="patients_phone_end"),
            models.Index(BlindPart("email"), condition=~Q(email=""), name="patients_email"),
            models.Index(
                BlindPart("national_id"), condition=~Q(national_id=""), name="patients_national_id"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="patients_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=True)
                | Q(birth_date__gte="1880-01-01", birth_date__lte=Now() + timedelta(days=1)),
                name="patients_birth_date_believable",
            ),
            models.CheckConstraint(
                condition=Q(deceased_at__isnull=True) | Q(deceased_at__lte=Now()),
                name="patients_death_not_ahead",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family_name.upper()}, {self.given_names}".strip(", ") or "Name not known"

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Self:
        """Whoever loads a patient shows one: the answer is in the audit before it leaves."""
        loaded = super().from_db(*args, **options)
        saw(loaded.pk)
        return loaded


class PatientIdentifier(Record):
    """A number another system knows the patient by [Patient.identifier]."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="identifiers")
    system = models.CharField(max_length=300)
    value = SealedTextField(owner="patient_id", finds=("number",))

    class Meta(Record.Meta):
        db_table = "patient_identifiers"
        constraints = [
            models.UniqueConstraint(
                "system", BlindPart("value"), "patient", name="patient_identifiers_once"
            )
        ]
        indexes = [models.Index(BlindPart("value"), name="patient_identifiers_value")]

    def __str__(self) -> str:
        return self.system
