"""Bills and their lines; the database keeps the sums."""

from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from core.capture.triggers import Calls, frozen, moves
from core.fields import MoneyField
from patients.models import Patient, Visit


class Invoice(Record):
    """A bill [Invoice]. `net`, `tax` and `total` are the sums of its lines, `paid` of its payments
    less refunds, `credited` of its credit notes.

    The database keeps the sums and the state, and refuses a payment above the balance.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ISSUED = "issued", "Issued"
        PART_PAID = "part_paid", "Part paid"
        PAID = "paid", "Paid"
        VOID = "void", "Void"
        CREDITED = "credited", "Credited"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="invoices")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, null=True, blank=True)
    number = models.CharField(max_length=30, null=True, blank=True, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    issued_at = models.DateTimeField(null=True, blank=True)
    net = MoneyField(default=0, editable=False)
    tax = MoneyField(default=0, editable=False)
    total = MoneyField(default=0, editable=False)
    paid = MoneyField(default=0, editable=False)
    credited = MoneyField(default=0, db_default=0, editable=False)
    void_reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "invoices"
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="invoices_total"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, credited__gte=0, paid__lte=F("total") - F("credited")),
                name="invoices_never_overpaid",
                violation_error_message="That is more than is still to be paid.",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(number__isnull=False, issued_at__isnull=False),
                name="invoices_numbered_when_issued",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-issued_at"]),
            models.Index(fields=["state", "-issued_at"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            moves(
                "state",
                draft="issued void",
                issued="part_paid paid void credited",
                part_paid="paid issued credited",
                paid="part_paid issued credited",
            ),
            frozen(
                "once_issued",
                pgtrigger.Condition("OLD.state <> 'draft' AND pg_trigger_depth() = 0"),
                "An issued invoice is not changed; void or credit it",
                free="state,void_reason",
            ),
            Calls(
                "guard_invoice_sums",
                name="sums_kept",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
            ),
        ]

    def __str__(self) -> str:
        return self.number or "Draft invoice"

    @property
    def balance(self) -> Decimal:
        """What is still to be paid."""
        return Decimal(self.total - self.credited - self.paid)

    @property
    def is_owed(self) -> bool:
        return self.state in (self.State.ISSUED, self.State.PART_PAID)


class InvoiceLine(Record):
    """One line of an invoice; fixed once the invoice is issued. A discount is a line below nought."""

    class Kind(models.TextChoices):
        CHARGE = "charge", "Charge"
        DISCOUNT = "discount", "Discount"

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    kind = models.CharField(
        max_length=10, choices=Kind, default=Kind.CHARGE, db_default=Kind.CHARGE
    )
    description = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=1)
    unit_price = MoneyField()
    net = MoneyField()
    tax = MoneyField(default=0)

    class Meta(Record.Meta):
        db_table = "invoice_lines"
        ordering = ["invoice", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="invoice_lines_quantity"),
            models.CheckConstraint(
                condition=~Q(kind="discount") | Q(net__lt=0),
                name="invoice_lines_discount_takes_off",
            ),
        ]
        triggers = [
            *Record.Meta.triggers,
            Calls(
                "sum_invoice_lines",
                name="sums",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return self.description
