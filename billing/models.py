"""Money: what things cost, what is owed, what was paid. Sums are kept by the database."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from core.capture.triggers import Calls, frozen, moves, refused
from core.fields import MoneyField
from inventory.models import Item
from patients.models import Patient, Visit


class Service(Record):
    """Something the clinic charges for that is not a drug [ChargeItemDefinition]."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    category = models.CharField(max_length=60, blank=True)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "services"
        ordering = ["category", "name"]

    def __str__(self) -> str:
        return self.name


class Price(Record):
    """What a service costs on the days of its validity; two prices never overlap."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="prices")
    amount = MoneyField()
    valid = DateRangeField()

    class Meta(Record.Meta):
        db_table = "price_list"
        ordering = ["service", "valid"]
        constraints = [
            ExclusionConstraint(
                name="price_list_one_price_a_day",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another price is valid on some of these days.",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_list_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.amount}"


class Invoice(Record):
    """A bill [Invoice]. `net`, `tax` and `total` are the sums of its lines, `paid` of its payments.

    The database keeps the sums and refuses a payment above the balance.
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
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "invoices"
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="invoices_total"),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("total")),
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
                free="state",
            ),
        ]

    def __str__(self) -> str:
        return self.number or "Draft invoice"

    @property
    def balance(self) -> object:
        """What is still to be paid."""
        return self.total - self.paid


class InvoiceLine(Record):
    """One line of an invoice; fixed once the invoice is issued."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    description = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=12, decimal_places=2, default=1)
    unit_price = MoneyField()
    net = MoneyField()
    tax = MoneyField(default=0)

    class Meta(Record.Meta):
        db_table = "invoice_lines"
        ordering = ["invoice", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="invoice_lines_quantity")
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


class Payment(Record):
    """Money that came in or went back [PaymentReconciliation]; written once, never changed."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", "Payment"
        REFUND = "refund", "Refund"
        CREDIT = "credit", "Credit"

    class Method(models.TextChoices):
        CASH = "cash", "Cash"
        CARD = "card", "Card"
        MOBILE = "mobile", "Mobile money"
        TRANSFER = "transfer", "Bank transfer"
        INSURANCE = "insurance", "Insurance"

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="payments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PAYMENT)
    method = models.CharField(max_length=10, choices=Method, default=Method.CASH)
    amount = MoneyField()
    receipt_number = models.CharField(max_length=30, unique=True)
    idempotency_key = models.UUIDField(unique=True, null=True, blank=True)
    reverses = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True)
    received_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "payments"
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payments_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind="payment") | Q(reverses__isnull=False),
                name="payments_refund_names_payment",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-received_at"])]
        triggers = [
            *Record.Meta.triggers,
            refused(
                "rewrite",
                pgtrigger.Update | pgtrigger.Delete,
                "A payment is never changed; refund it",
            ),
            Calls("book_payment", name="books", when=pgtrigger.After, operation=pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_number} {self.amount}"
