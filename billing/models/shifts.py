"""A cashier's time at the desk: every movement of cash belongs to one."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.capture.models import Record
from core.capture.triggers import Calls, frozen, refused
from core.fields import MoneyField


class CashierShift(Record):
    """From the float in the drawer to the count at the end; closed, it never changes.

    At closing the database works out `expected`: the float, and the cash that came in less what went
    out. `denominations` is how many of each note and coin were counted, `declared` their sum.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"

    number = models.CharField(max_length=30, unique=True)
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="cashier_shifts"
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    opening_float = MoneyField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    denominations = models.JSONField(default=dict, blank=True)
    declared = MoneyField(null=True, blank=True)
    expected = MoneyField(null=True, blank=True, editable=False)
    variance = models.GeneratedField(
        expression=F("declared") - F("expected"), output_field=MoneyField(), db_persist=True
    )
    reason = models.CharField(max_length=300, blank=True)

    class Meta(Record.Meta):
        db_table = "cashier_shifts"
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["cashier"],
                condition=Q(state="open"),
                name="cashier_shifts_one_open",
                violation_error_message="This cashier has an open shift already.",
            ),
            models.CheckConstraint(
                condition=Q(opening_float__gte=0), name="cashier_shifts_float_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(
                    state="closed",
                    closed_at__isnull=False,
                    declared__gte=0,
                    expected__isnull=False,
                ),
                name="cashier_shifts_counted_when_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(declared=F("expected")) | ~Q(reason=""),
                name="cashier_shifts_say_why_they_differ",
            ),
        ]
        indexes = [models.Index(fields=["-opened_at"])]
        triggers = [
            *Record.Meta.triggers,
            refused("delete", pgtrigger.Delete, "A shift is never deleted"),
            frozen(
                "once_closed",
                pgtrigger.Condition("OLD.state = 'closed'"),
                "A closed shift is never changed",
                free="",
            ),
            Calls(
                "close_shift",
                name="closes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state = 'open' AND NEW.state = 'closed'"),
            ),
        ]

    def __str__(self) -> str:
        return self.number
