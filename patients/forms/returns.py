"""Taking a medicine back, as it is typed."""

from decimal import Decimal

from django import forms

from core.editing.fields import KeyField

SHELF, DESTROY = "shelf", "destroy"


class ReturnForm(forms.Form):
    """How much comes back, why, and what becomes of it."""

    key = KeyField()
    quantity = forms.DecimalField(
        label="How much comes back",
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "Say how much comes back."},
    )
    reason = forms.CharField(
        label="Why", max_length=200, error_messages={"required": "Say why it comes back."}
    )
    destination = forms.ChoiceField(
        label="What becomes of it",
        choices=[(DESTROY, "It is destroyed"), (SHELF, "It goes back to the shelf")],
        initial=DESTROY,
        widget=forms.RadioSelect,
    )
    due_again = forms.BooleanField(
        label="The patient is to get it all the same: it is owed again", required=False
    )
