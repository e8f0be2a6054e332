"""What was done and costs money, before it is on a bill; what is taken off the bill."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round

from billing.models.invoices import InvoiceLine
from billing.models.prices import Service
from core.capture.models import Record
from core.capture.triggers import frozen, moves
from core.fields import MoneyField
from inventory.models import Item
from patients.models import Patient, Visit


class Charge(Record):
    """Something done that costs money [ChargeItem]; each source is charged once.

    `unpriced` marks what has no price yet: it costs nothing until the cash desk has settled it.
    """

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
    amount = models.GeneratedField(
        expression=Round(F("quantity") * F("unit_price"), 2),
        output_field=MoneyField(),
        db_persist=True,
    )
    unpriced = models.BooleanField(default=False, db_default=False)
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
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="charges_not_negative"),
            models.CheckConstraint(
                condition=Q(unpriced=False) | (Q(unit_price=0) & ~Q(state="invoiced")),
                name="charges_priced_when_invoiced",
            ),
            models.CheckConstraint(
                condition=Q(state="invoiced", line__isnull=False)
                | (~Q(state="invoiced") & Q(line__isnull=True)),
                name="charges_invoiced_on_a_line",
            ),
            models.UniqueConstraint(fields=["line"], name="charges_one_per_line"),
        ]
        indexes = [
            models.Index(fields=["patient", "state"]),
            models.Index(fields=["visit"], condition=Q(state="open"), name="charges_open"),
        ]
        triggers = [
            *Record.Meta.triggers,
            moves("state", open="invoiced void", invoiced="open void", void="open"),
            frozen(
                "once_invoiced",
                pgtrigger.Condition("OLD.state = 'invoiced'"),
                "What is on an invoice is not changed; credit the invoice",
                # The amount is worked out by the database only after this has looked.
                free="state,line_id,amount",
            ),
        ]

    def __str__(self) -> str:
        return self.description


class Discount(Record):
    """A percentage or an amount taken off the next bill, of one charge or of all of it.

    Above the cashier's limit somebody else allows it. `line` is the invoice line it became.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waits for approval"
        ALLOWED = "allowed", "Allowed"
        REFUSED = "refused", "Refused"
        USED = "used", "On an invoice"
        WITHDRAWN = "withdrawn", "Withdrawn"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="discounts")
    charge = models.ForeignKey(
        Charge, on_delete=models.PROTECT, null=True, blank=True, related_name="discounts"
    )
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    amount = MoneyField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    within_limit = models.BooleanField()
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)
    line = models.OneToOneField(InvoiceLine, on_delete=models.PROTECT, null=True, blank=True)

    class Meta(Record.Meta):
        db_table = "discounts"
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100, amount__isnull=True)
                | Q(amount__gt=0, percent__isnull=True),
                name="discounts_percent_or_amount",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="discounts_say_why"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"]) | Q(decided_by__isnull=False),
                name="discounts_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(within_limit=True)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=F("asked_by")),
                name="discounts_large_ones_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(state="used", line__isnull=False)
                | (~Q(state="used") & Q(line__isnull=True)),
                name="discounts_used_on_a_line",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "state"]),
            models.Index(fields=["state", "created_at"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            moves(
                "state",
                asked="allowed refused withdrawn",
                allowed="used withdrawn",
                # Voiding the invoice gives it back.
                used="allowed",
            ),
            frozen(
                "once_decided",
                pgtrigger.Condition("OLD.state <> 'asked'"),
                "A decided discount is not changed; withdraw it and give another",
                free="state,line_id",
            ),
        ]

    def __str__(self) -> str:
        return self.reason
