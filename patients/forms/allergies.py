"""Allergies as they are typed."""

from django import forms

from core.editing.fields import KeyField
from patients.models import Allergy

LONGEST = 300


class AllergyForm(forms.Form):
    """Something the patient must not get, and what it does."""

    key = KeyField()
    substance = forms.CharField(
        label="Medicine, food or material",
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter the medicine, food or material."},
    )
    reaction = forms.CharField(
        label="What happens",
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    criticality = forms.ChoiceField(
        label="How dangerous",
        choices=[
            (Allergy.Criticality.HIGH, "Dangerous"),
            (Allergy.Criticality.LOW, "Mild"),
            (Allergy.Criticality.UNKNOWN, "Not known"),
        ],
        initial=Allergy.Criticality.UNKNOWN,
        widget=forms.RadioSelect,
    )


class WithdrawForm(forms.Form):
    """Why an allergy is taken off the list; the version guards against an older list."""

    key = KeyField()
    reason = forms.CharField(
        label="Why it is wrong",
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why it is taken off the list."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
