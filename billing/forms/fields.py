"""Amounts as they are typed."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

MOST = Decimal("9999999.99")


class AmountField(forms.DecimalField):
    """Money as a person types it: `87.80`, `87,80` or `1 250`."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "num"}
        settings = {
            "min_value": Decimal(0),
            "max_value": MOST,
            "decimal_places": 2,
            "widget": forms.TextInput(attrs=attrs),
            "error_messages": {"invalid": "Enter an amount such as 87.80."},
        }
        super().__init__(**{**settings, **options})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = "".join(value.split()).replace(",", ".")
        found: Decimal | None = super().to_python(value)
        return found


class ThingsField(forms.Field):
    """The ids of what is ticked."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> frozenset[UUID]:
        try:
            return frozenset(UUID(one) for one in value or ())
        except ValueError as error:
            raise forms.ValidationError("Tick what is to be paid again.") from error
