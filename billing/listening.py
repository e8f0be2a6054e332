"""What billing hears of others, and who may hear of money."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from django.dispatch import Signal

from billing.domain import accrual
from core.relay.rows import Row
from patients import signals

TILL = ("receipt", "credit_note", "discount", "refund_request", "cashier_shift")
"""Beside charges, payments and invoices, what the pages of the cash desk show."""
CHARGED: tuple[tuple[Signal, Callable[..., None], tuple[str, ...]], ...] = (
    (signals.visit_started, accrual.visit_started, ("visit", "by")),
    (signals.consulted, accrual.consulted, ("visit", "by")),
    (signals.tests_ordered, accrual.tests_ordered, ("requests", "by")),
    (signals.test_cancelled, accrual.test_cancelled, ("request", "by")),
    (signals.dispensed, accrual.dispensed, ("dispenses", "by")),
    (signals.returned, accrual.returned, ("dispense", "quantity", "by")),
    (signals.move_undone, accrual.move_undone, ("visit", "by")),
    (signals.visit_closed, accrual.visit_closed, ("visit", "by")),
)
"""What is told, what it does, and what of it is passed on."""


def register(topics: ModuleType) -> None:
    """Rows of money are news for the till; what was done is charged."""
    for entity_type in TILL:
        topics.register(entity_type, _till)
    for signal, act, names in CHARGED:
        # Weak references would let the receivers go at once.
        signal.connect(_receiver(act, names), weak=False, dispatch_uid=f"billing.{act.__name__}")


def _receiver(act: Callable[..., None], names: tuple[str, ...]) -> Callable[..., None]:
    def receive(sender: Any, **told: Any) -> None:
        act(*(told[name] for name in names))

    return receive


def _till(row: Row) -> list[str]:
    return ["till"]
