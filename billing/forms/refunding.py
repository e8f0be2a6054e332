"""Refunds, credits, voids: how much, and why."""

from django import forms

from billing.forms.fields import AmountField
from billing.models import Payment

WHY = forms.TextInput(attrs={"autocomplete": "off"})
SAY_WHY = {"required": "Say why in a few words."}


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=300, widget=WHY, error_messages=SAY_WHY)


class CreditForm(ReasonForm):
    amount = AmountField(error_messages={"required": "Enter how much."})

    field_order: tuple[str, ...] = ("amount", "reason")


class RefundForm(CreditForm):
    """What goes back, how, why, and whether it is still owed then."""

    method = forms.ChoiceField(choices=Payment.Method.choices)
    still_owed = forms.BooleanField(
        label="It is still owed: paid by mistake, or in the wrong way", required=False
    )

    field_order = ("amount", "method", "reason", "still_owed")
