"""What the laboratory is asked and how its answers are judged."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, IntegerRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from core.capture.triggers import moves, recorded, refused
from core.crypto.fields import SealedObjectField
from patients.models.patient import Patient
from patients.models.visit import Visit


class LabTest(Record):
    """A test of the catalogue; a panel is a test with members, in the order of their `position`.

    A test with `answers` takes one of them instead of a number. `least` and `most` are what can be
    measured at all; a change of more than `delta` percent since the last time is looked at twice.
    """

    code = models.CharField(max_length=40, unique=True)
    loinc = models.CharField("LOINC", max_length=20, blank=True)
    name = models.CharField(max_length=200)
    panel = models.CharField(max_length=100, blank=True)
    unit = models.CharField("UCUM unit", max_length=40, blank=True)
    specimen = models.CharField(max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(default=0, db_default=0)
    answers = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    abnormal = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    critical = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    least = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    most = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    delta = models.PositiveSmallIntegerField("delta check, %", null=True, blank=True)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "lab_tests"
        ordering = ["panel", "name"]
        indexes = [models.Index(fields=["loinc"])]

    def __str__(self) -> str:
        return self.name


class ReferenceRange(Record):
    """What is normal for a sex and an age in days; `critical_*` must reach somebody at once."""

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        ANY = "any", "Any"

    test = models.ForeignKey(LabTest, on_delete=models.CASCADE, related_name="ranges")
    sex = models.CharField(max_length=10, choices=Sex, default=Sex.ANY)
    age_days = IntegerRangeField()
    unit = models.CharField(max_length=40)
    low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_low = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    critical_high = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta(Record.Meta):
        db_table = "reference_ranges"
        ordering = ["test", "sex", "age_days"]
        constraints = [
            ExclusionConstraint(
                name="reference_ranges_do_not_overlap",
                expressions=[
                    ("test", RangeOperators.EQUAL),
                    ("sex", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    ("age_days", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(low__isnull=True) | Q(high__isnull=True) | Q(low__lte=F("high")),
                name="reference_ranges_low_below_high",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.low} to {self.high} {self.unit}"


class LabRequest(Record):
    """A test ordered for a patient [ServiceRequest]; its result is a document in MongoDB.

    `entered` is what the laboratory works on: the same words as the document `result_document`.
    `untold` are its critical values of which nobody has been told yet; while there are any, the
    result cannot be verified. With `second_person` who entered it cannot verify it.
    """

    class Priority(models.TextChoices):
        ROUTINE = "routine", "Routine"
        URGENT = "urgent", "Urgent"
        STAT = "stat", "At once"

    class State(models.TextChoices):
        REQUESTED = "requested", "Requested"
        COLLECTED = "collected", "Collected"
        RECEIVED = "received", "Received"
        IN_PROGRESS = "in_progress", "In progress"
        RESULTED = "resulted", "Resulted"
        VERIFIED = "verified", "Verified"
        REJECTED = "rejected", "Rejected"
        CANCELLED = "cancelled", "Cancelled"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="lab_requests")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True)
    test = models.ForeignKey(LabTest, on_delete=models.PROTECT, null=True, blank=True)
    name = models.CharField(max_length=300)
    code = models.CharField(max_length=60, blank=True)
    code_system = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE)
    state = models.CharField(max_length=20, choices=State, default=State.REQUESTED)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    specimen = models.ForeignKey(
        "Specimen", on_delete=models.PROTECT, null=True, blank=True, related_name="requests"
    )
    entered = SealedObjectField(owner="patient_id")
    untold = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    second_person = models.BooleanField(default=False, db_default=False)
    result_document = models.CharField(max_length=36, blank=True)
    flag_summary = models.CharField(max_length=40, blank=True)
    resulted_at = models.DateTimeField(null=True, blank=True)
    resulted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledgement = models.CharField(max_length=300, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "lab_requests"
        ordering = ["-requested_at"]
        indexes = [
            models.Index(fields=["patient", "-requested_at"]),
            models.Index(fields=["state", "priority", "requested_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(state="verified"),
                name="lab_requests_verified_when_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(untold=[]),
                name="lab_requests_told_before_verified",
            ),
            models.CheckConstraint(
                condition=Q(second_person=False) | ~Q(verified_by=F("resulted_by")),
                name="lab_requests_verified_by_another",
            ),
        ]
        triggers = [
            *recorded(),
            moves(
                "state",
                requested="collected received rejected cancelled",
                collected="received in_progress resulted requested rejected cancelled",
                received="in_progress resulted requested rejected cancelled",
                in_progress="resulted requested rejected cancelled",
                resulted="verified in_progress requested rejected",
                verified="resulted",
                rejected="requested",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Specimen(Record):
    """A tube or a cup of what was taken from the patient [Specimen]; it serves several requests."""

    class State(models.TextChoices):
        COLLECTED = "collected", "Collected"
        RECEIVED = "received", "In the laboratory"
        REJECTED = "rejected", "Rejected"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    request = models.ForeignKey(
        LabRequest, on_delete=models.PROTECT, related_name="specimens", null=True, blank=True
    )
    accession = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=10, choices=State, default=State.COLLECTED, db_default=State.COLLECTED
    )
    collected_at = models.DateTimeField(null=True, blank=True)
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField(null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rejected_at = models.DateTimeField(null=True, blank=True)
    reject_reason = models.CharField(max_length=200, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "specimens"
        ordering = ["-collected_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reject_reason=""),
                name="specimens_rejected_for_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.accession


class CriticalCall(Record):
    """Somebody was told of critical values: who, how, when, and whether they were read back."""

    class How(models.TextChoices):
        PHONE = "phone", "By phone"
        IN_PERSON = "in_person", "In person"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(LabRequest, on_delete=models.PROTECT, related_name="calls")
    values = SealedObjectField(owner="patient_id")
    told_to = models.CharField(max_length=200)
    how = models.CharField(max_length=10, choices=How, default=How.PHONE)
    told_at = models.DateTimeField()
    read_back = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(Record.Meta):
        db_table = "critical_calls"
        ordering = ["told_at"]
        triggers = [
            *recorded(),
            refused("update", pgtrigger.Update, "A call that was made is not changed afterwards"),
            refused("delete", pgtrigger.Delete, "A call that was made is not forgotten"),
        ]

    def __str__(self) -> str:
        return f"{self.told_to} told at {self.told_at:%H:%M}"
