"""The float, and the count at the end."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.conf import settings

from billing.forms.fields import AmountField
from core.editing.fields import KeyField


class OpenForm(forms.Form):
    opening_float = AmountField(
        label="Float in the drawer", error_messages={"required": "Enter the float, or 0.00."}
    )


class Counted(NamedTuple):
    """One kind of note or coin and the field for its number."""

    value: Decimal
    field: Any


class CloseForm(forms.Form):
    """How many of each note and coin; empty is none."""

    key = KeyField()
    reason = forms.CharField(label="Why it differs", max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value in settings.DENOMINATIONS:
            self.fields[name_of(value)] = forms.IntegerField(
                label=f"Number of {value}",
                required=False,
                min_value=0,
                max_value=100_000,
                widget=forms.TextInput(
                    attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"}
                ),
            )

    def kinds(self) -> Iterator[Counted]:
        for value in settings.DENOMINATIONS:
            yield Counted(value, self[name_of(value)])

    def counts(self) -> dict[Decimal, int]:
        return {v: self.cleaned_data[name_of(v)] or 0 for v in settings.DENOMINATIONS}


def name_of(value: Decimal) -> str:
    """The field's name: `count-0-50`."""
    return f"count-{value}".replace(".", "-")
