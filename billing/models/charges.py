"""What was done and costs money, before it is on a bill."""

from django.db import models
from django.db.models import Q

from billing.models.invoices import InvoiceLine
from billing.models.prices import Service
from core.capture.models import Record
from core.capture.triggers import moves
from core.fields import MoneyField
from inventory.models import Item
from patients.models import Patient, Visit


class Charge(Record):
    """Something done that costs money [ChargeItem]; each source is charged once."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        INVOICED = "invoiced", "Invoiced"
        VOID = "void", "Void"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="charges")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True)
    source_type = models.CharField(max_length=40)
    source_id = models.UUIDField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True, blank=True)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, null=True, blank=True)
    description = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=1)
    unit_price = MoneyField()
    line = models.ForeignKey(InvoiceLine, on_delete=models.PROTECT, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)

    class Meta(Record.Meta):
        db_table = "charges"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_type", "source_id"],
                name="charges_once_per_source",
                violation_error_message="This has been charged already.",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="charges_quantity"),
        ]
        indexes = [models.Index(fields=["patient", "state"])]
        triggers = [
            *Record.Meta.triggers,
            moves("state", open="invoiced void", invoiced="open void"),
        ]

    def __str__(self) -> str:
        return self.description
