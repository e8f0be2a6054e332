"""Money on its way back, and what is no longer owed."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from billing.models.invoices import Invoice
from billing.models.payments import Payment, only_while_open
from billing.models.shifts import CashierShift
from core.capture.models import Record
from core.capture.triggers import Calls, frozen, moves, refused
from core.fields import MoneyField
from patients.models import Patient


class RefundRequest(Record):
    """Somebody asks for money back of a payment; somebody else allows it; a cashier pays it out.

    With `credits` what is paid back is no longer owed either. `shift` is the asker's, which cannot
    be closed while this is under way; `refund` is the payment that went out.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waits for approval"
        APPROVED = "approved", "Approved, not paid out"
        PAID = "paid", "Paid out"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    PENDING = (State.ASKED, State.APPROVED)

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refund_requests")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="refund_requests")
    amount = MoneyField()
    method = models.CharField(max_length=10, choices=Payment.Method, default=Payment.Method.CASH)
    reason = models.CharField(max_length=300)
    credits = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    shift = models.ForeignKey(
        CashierShift,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refund_requests",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=200, blank=True)
    refund = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="refund_request"
    )

    class Meta(Record.Meta):
        db_table = "refund_requests"
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_requests_of_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="refund_requests_say_why"),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "withdrawn"]) | Q(decided_by__isnull=False),
                name="refund_requests_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
                name="refund_requests_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="paid", refund__isnull=False)
                | (~Q(state="paid") & Q(refund__isnull=True)),
                name="refund_requests_paid_by_a_payment",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"])]
        triggers = [
            *Record.Meta.triggers,
            only_while_open(),
            moves("state", asked="approved refused withdrawn", approved="paid withdrawn"),
            frozen(
                "once_decided",
                pgtrigger.Condition("OLD.state <> 'asked'"),
                "A decided refund is not changed; withdraw it and ask anew",
                free="state,refund_id",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class CreditNote(Record):
    """So much of an invoice is no longer owed; with `refund`, since it was paid back."""

    number = models.CharField(max_length=30, unique=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    amount = MoneyField()
    reason = models.CharField(max_length=300)
    refund = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="credit_note"
    )
    issued_at = models.DateTimeField()
    printed = models.PositiveIntegerField(default=0)

    class Meta(Record.Meta):
        db_table = "credit_notes"
        ordering = ["-issued_at"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_notes_of_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="credit_notes_say_why"),
        ]
        triggers = [
            *Record.Meta.triggers,
            refused("delete", pgtrigger.Delete, "A credit note is never deleted"),
            frozen(
                "for_good",
                pgtrigger.Condition("OLD.id IS NOT NULL"),
                "A credit note is never changed",
                free="printed",
            ),
            Calls("book_credit", name="books", when=pgtrigger.After, operation=pgtrigger.Insert),
        ]

    def __str__(self) -> str:
        return self.number
