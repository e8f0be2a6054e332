"""What was paid, and the receipt for it."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.models.invoices import Invoice
from billing.models.shifts import CashierShift
from core.capture.models import Record
from core.capture.triggers import Calls, frozen, refused
from core.fields import MoneyField
from patients.models import Patient


def only_while_open() -> Calls:
    """Money moves in an open shift, or in none where it came by an import."""
    return Calls(
        "guard_open_shift", name="open_shift", when=pgtrigger.Before, operation=pgtrigger.Insert
    )


class Receipt(Record):
    """What a payer takes home: all that was paid at one time, whatever the methods and invoices.

    `cash_received` was handed over; `change` went back. `printed` counts the prints: every one
    after the first is a copy.
    """

    number = models.CharField(max_length=30, unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="receipts")
    shift = models.ForeignKey(CashierShift, on_delete=models.PROTECT, related_name="receipts")
    total = MoneyField()
    cash_received = MoneyField(default=0)
    change = MoneyField(default=0)
    taken_at = models.DateTimeField()
    printed = models.PositiveIntegerField(default=0)

    class Meta(Record.Meta):
        db_table = "receipts"
        ordering = ["-taken_at"]
        constraints = [
            models.CheckConstraint(condition=Q(total__gt=0), name="receipts_of_something"),
            models.CheckConstraint(
                condition=Q(change__gte=0, cash_received__gte=F("change")),
                name="receipts_change_from_cash",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-taken_at"]),
            models.Index(fields=["-taken_at"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            only_while_open(),
            refused("delete", pgtrigger.Delete, "A receipt is never deleted"),
            frozen(
                "for_good",
                pgtrigger.Condition("OLD.id IS NOT NULL"),
                "A receipt is never changed",
                free="printed",
            ),
        ]

    def __str__(self) -> str:
        return self.number


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
    shift = models.ForeignKey(
        CashierShift, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    receipt = models.ForeignKey(
        Receipt, on_delete=models.PROTECT, null=True, blank=True, related_name="payments"
    )
    reference = models.CharField(max_length=100, blank=True, default="", db_default="")
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
            models.CheckConstraint(
                condition=Q(receipt__isnull=True) | Q(shift__isnull=False),
                name="payments_at_the_desk_in_a_shift",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-received_at"]),
            models.Index(fields=["shift", "method"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            only_while_open(),
            refused(
                "rewrite",
                pgtrigger.Update | pgtrigger.Delete,
                "A payment is never changed; refund it",
            ),
            Calls("book_payment", name="books", when=pgtrigger.After, operation=pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_number} {self.amount}"
