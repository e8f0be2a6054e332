"""What was paid and what went back."""

import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.invoices import Invoice
from core.capture.models import Record
from core.capture.triggers import Calls, refused
from core.fields import MoneyField
from patients.models import Patient


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
