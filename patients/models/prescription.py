"""What a clinician orders from the pharmacy."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from core.capture.triggers import Calls, frozen, moves
from inventory.models import Item
from patients.models.patient import Patient
from patients.models.visit import Visit

SIGNED_FOR_GOOD = "A signed prescription is not changed; write a new one that replaces it"


class Prescription(Record):
    """Lines signed together [MedicationRequest group]; immutable once signed."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SIGNED = "signed", "Signed"
        PARTIALLY_DISPENSED = "partially_dispensed", "Partly dispensed"
        DISPENSED = "dispensed", "Dispensed"
        CANCELLED = "cancelled", "Cancelled"
        EXPIRED = "expired", "Expired"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="prescriptions")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True)
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    written_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "prescriptions"
        ordering = ["-written_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "cancelled"]) | Q(signed_at__isnull=False),
                name="prescriptions_signed_when_in_force",
            )
        ]
        indexes = [
            models.Index(fields=["patient", "-written_at"]),
            models.Index(fields=["state", "written_at"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            moves(
                "state",
                draft="signed cancelled",
                signed="partially_dispensed dispensed cancelled expired",
                # Backwards is what taking back a mistake needs.
                partially_dispensed="signed dispensed cancelled expired",
                dispensed="signed partially_dispensed",
            ),
            frozen(
                "once_signed",
                pgtrigger.Condition("OLD.state <> 'draft'"),
                SIGNED_FOR_GOOD,
                free="state",
            ),
        ]

    def __str__(self) -> str:
        return f"Prescription of {self.written_at:%d-%b-%Y}"


class PrescriptionItem(Record):
    """One medicine: dose, how often, how long, how much of it was handed out."""

    prescription = models.ForeignKey(Prescription, on_delete=models.PROTECT, related_name="items")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, blank=True)
    drug = models.CharField(max_length=300)
    code = models.CharField(max_length=60, blank=True)
    code_system = models.CharField(max_length=200, blank=True)
    dose = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    route = models.CharField(max_length=60, blank=True)
    frequency = models.CharField(max_length=100, blank=True)
    duration_days = models.PositiveIntegerField(null=True, blank=True)
    as_needed = models.BooleanField(default=False)
    instruction = models.TextField(blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    dispensed_quantity = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    override_reason = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "prescription_items"
        ordering = ["prescription", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__isnull=True) | Q(quantity__gt=0),
                name="prescription_items_quantity_positive",
            ),
            models.CheckConstraint(
                condition=Q(dispensed_quantity=0)
                | Q(dispensed_quantity__gt=0, dispensed_quantity__lte=F("quantity")),
                name="prescription_items_not_over_dispensed",
            ),
        ]
        indexes = [models.Index(fields=["patient"])]
        triggers = [
            *Record.Meta.triggers,
            Calls(
                "guard_signed_prescription",
                name="frozen_once_signed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drug} {self.dose} {self.unit}".strip()


class PrescriptionFavourite(Record):
    """A line somebody prescribes often, as it is typed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.CharField(max_length=300)

    class Meta(Record.Meta):
        db_table = "prescription_favourites"
        ordering = ["text"]
        constraints = [
            models.UniqueConstraint(fields=["user", "text"], name="prescription_favourites_once")
        ]

    def __str__(self) -> str:
        return self.text
