"""What is ticked and how it is paid."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms

from billing.forms.fields import AmountField, ThingsField
from billing.models import Payment
from core.editing.fields import KeyField

CASH = Payment.Method.CASH
LETTERS = {"cash": "1", "card": "2", "mobile": "3", "insurance": "4", "transfer": "5"}
SHORT = {"mobile": "Mobile", "insurance": "Insurer", "transfer": "Bank"}


class Way(NamedTuple):
    """A way of paying: its key, and its fields."""

    name: str
    label: str
    short: str
    letter: str
    amount: Any
    reference: Any
    is_on: bool


class SettlementForm(forms.Form):
    """The page as a whole; `bill` issues the invoice without money."""

    key = KeyField()
    charge = ThingsField(required=False)
    invoice = ThingsField(required=False)
    to_pay = AmountField(widget=forms.HiddenInput)
    to_bill = AmountField(widget=forms.HiddenInput)
    method = forms.MultipleChoiceField(choices=Payment.Method.choices, required=False)
    received = AmountField(label="Received", required=False)
    opening_float = AmountField(label="Float in the drawer", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LETTERS:
            label = Payment.Method(name).label
            self.fields[f"amount_{name}"] = AmountField(label=f"{label} amount", required=False)
            self.fields[f"reference_{name}"] = forms.CharField(
                label=f"{label} reference", max_length=100, required=False
            )

    def ways(self) -> Iterator[Way]:
        """The ways of paying in the order of their keys; cash is on where nothing was chosen."""
        chosen = self["method"].value() if self.is_bound else [CASH.value]
        for name, letter in LETTERS.items():
            label = str(Payment.Method(name).label)
            amount, reference = self[f"amount_{name}"], self[f"reference_{name}"]
            short = SHORT.get(name, label)
            yield Way(name, label, short, letter, amount, reference, name in (chosen or ()))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in cleaned.get("method", ()):
            if cleaned.get(f"amount_{name}") is None and f"amount_{name}" not in self.errors:
                self.add_error(f"amount_{name}", "Enter the amount, or turn this way off.")
        return cleaned

    def paid(self) -> Iterator[tuple[str, Decimal, str]]:
        """Way, amount and reference in the order of the keys; cash last, so that it is what is left."""
        given = self.cleaned_data
        for name in sorted(LETTERS, key=lambda one: (one == CASH, LETTERS[one])):
            amount = given.get(f"amount_{name}") or Decimal(0)
            if name in given["method"] and amount:
                yield name, amount, given[f"reference_{name}"].strip()
