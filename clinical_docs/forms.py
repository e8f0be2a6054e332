"""Vital signs and notes as they are typed."""

from decimal import Decimal
from typing import Any

from django import forms

from clinical_docs.choices import LONGEST_NOTE, SIGNS, unit_on_paper
from core.editing.fields import KeyField


class WritingForm(forms.Form):
    """A small form on the record; its key makes a double click one effect."""

    key = KeyField()


class VitalsForm(WritingForm):
    """One field a sign; any one of them is enough."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, sign in SIGNS.items():
            self.fields[name] = forms.DecimalField(
                label=sign.name,
                required=False,
                min_value=sign.least,
                max_value=sign.most,
                max_digits=6,
                decimal_places=2,
                help_text=unit_on_paper(sign.unit),
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.values():
            raise forms.ValidationError("Enter at least one value.")
        upper, lower = cleaned.get("systolic"), cleaned.get("diastolic")
        if upper is not None and lower is not None and upper <= lower:
            self.add_error("diastolic", "The lower pressure must be below the upper one.")
        return cleaned

    def values(self) -> dict[str, Decimal]:
        """What was measured."""
        return {
            name: self.cleaned_data[name] for name in SIGNS if self.cleaned_data[name] is not None
        }


class LinesField(forms.CharField):
    """Counts a line's end as the one character it is for the person typing; browsers send two."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class NoteForm(WritingForm):
    text = LinesField(
        label="Note",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": "Write something first."},
    )
