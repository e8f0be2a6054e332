"""What the pharmacy did with a line of a prescription."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from core.capture.triggers import frozen, refused
from inventory.models import Item, Lot, StockMove
from patients.models.patient import Patient
from patients.models.prescription import PrescriptionItem
from patients.models.visit import Visit


class Dispense(Record):
    """So much of one lot was given, or a line was not given, or is owed [MedicationDispense].

    `covers` says how much of what was ordered it stands for: the same as `quantity`, unless another
    strength was given instead. Of what was not given or is owed, `quantity` is how much.
    """

    class Outcome(models.TextChoices):
        GIVEN = "given", "Given"
        NOT_GIVEN = "not_given", "Not given"
        OWED = "owed", "Owed"

    prescription_item = models.ForeignKey(
        PrescriptionItem, on_delete=models.PROTECT, related_name="dispenses"
    )
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="dispenses")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.GIVEN)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, blank=True)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, null=True, blank=True)
    move = models.OneToOneField(StockMove, on_delete=models.PROTECT, null=True, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    covers = models.DecimalField(max_digits=12, decimal_places=2)
    returned_quantity = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    reason = models.CharField(max_length=300, blank=True)
    substituted = models.CharField("why something else was given", max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    dispensed_at = models.DateTimeField()

    class Meta(Record.Meta):
        db_table = "dispenses"
        ordering = ["dispensed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, covers__gt=0), name="dispenses_of_something"
            ),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")),
                name="dispenses_no_more_back_than_given",
                violation_error_message="No more can come back than was given.",
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome="given", item__isnull=False, lot__isnull=False, move__isnull=False
                )
                | (~Q(outcome="given") & Q(lot__isnull=True, move__isnull=True)),
                name="dispenses_move_stock_when_given",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not_given") | ~Q(reason=""),
                name="dispenses_say_why_not",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-dispensed_at"]),
            models.Index(fields=["-dispensed_at"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            refused(
                "delete", pgtrigger.Delete, "What was dispensed is never deleted; take it back"
            ),
            frozen(
                "for_good",
                pgtrigger.Condition("OLD.id IS NOT NULL"),
                "What was dispensed is never changed; take it back",
                free="returned_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.quantity}"

    @property
    def stands(self) -> bool:
        """Whether it was not taken back as a whole."""
        return self.returned_quantity < self.quantity

    @property
    def price(self) -> Decimal:
        """What the item costs now; the bill keeps what it cost when it was given."""
        return self.quantity * self.item.price if self.item else Decimal(0)
