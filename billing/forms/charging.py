"""Charging by hand, and taking something off."""

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet

from billing.forms.fields import AmountField
from billing.models import Charge, Discount, Service
from core.editing.fields import KeyField

QUIET = {"autocomplete": "off"}


class ChargeForm(forms.Form):
    """A service by its name or its code, and how many."""

    key = KeyField()
    service = forms.CharField(max_length=200, error_messages={"required": "Name the service."})
    quantity = forms.DecimalField(
        label="How many",
        initial=1,
        min_value=Decimal("0.01"),
        max_value=1000,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num", **QUIET}),
    )

    def clean_service(self) -> Service:
        text = self.cleaned_data["service"].strip()
        services = Service.objects.filter(active=True)
        found = services.filter(name__iexact=text).first()
        found = found or services.filter(code__iexact=text).first()
        if found is None:
            raise forms.ValidationError("Choose a service of the price list.")
        return found


class PriceForm(forms.Form):
    price = AmountField(error_messages={"required": "Enter a price, or 0.00."})


class DiscountForm(forms.Form):
    """How much, of what, and why; beyond the limit somebody else signs here, or is asked."""

    kind = forms.ChoiceField(
        label="In",
        choices=(("percent", "%"), ("amount", "amount")),
        initial="percent",
        widget=forms.RadioSelect,
    )
    value = AmountField(label="How much", error_messages={"required": "Enter how much."})
    charge = forms.ModelChoiceField(
        Charge.objects.none(), label="Of", required=False, empty_label="Everything that is open"
    )
    reason = forms.CharField(
        max_length=200,
        widget=forms.TextInput(attrs=QUIET),
        error_messages={"required": "Say why in a few words."},
    )
    username = forms.CharField(
        label="Allowed by", required=False, widget=forms.TextInput(attrs=QUIET)
    )
    password = forms.CharField(
        label="Their password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    code = forms.CharField(
        label="Their code, if they use one",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={**QUIET, "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, charges: QuerySet[Charge], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["charge"].queryset = charges  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        charge = given["charge"]
        return {
            given["kind"]: given["value"],
            "charge_id": charge.pk if charge else None,
            "reason": given["reason"],
        }

    def credentials(self) -> dict[str, str] | None:
        """Whoever allows it here and now."""
        shown = {name: self.cleaned_data[name] for name in ("username", "password", "code")}
        return shown if shown["username"] and shown["password"] else None


STATES_IN_WORDS = {Discount.State.ALLOWED: "taken off", Discount.State.ASKED: "asked for"}
