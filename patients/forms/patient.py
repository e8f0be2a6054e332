"""Registering and editing a patient."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator

from core import phones
from core.clock import today
from core.editing.fields import KeyField
from core.shell.words import clinic_date
from patients.forms.names import clean_name
from patients.models import Patient
from patients.queries.dates import parse_date
from patients.queries.duplicates import Candidate

AGE = re.compile(r"(\d{1,3})\s*(y|years?|m|months?)?", re.IGNORECASE)
OLDEST = 130
MONTHS_OF_A_BABY = 24
# The columns themselves have no end, but an index does.
LONGEST = {"national_id": 100, "email": 320, "address": 1_000, "next_of_kin": 200}


class PatientForm(forms.ModelForm):  # type: ignore[type-arg]
    """`born` takes a date or an age; everything but a name and the sex can wait."""

    born = forms.CharField(
        label="Date of birth, or age", required=False, help_text="Type 38 if only the age is known."
    )
    key = KeyField()

    class Meta:
        model = Patient
        fields = (
            "family_name",
            "given_names",
            "sex",
            "phone",
            "other_names",
            "email",
            "address",
            "national_id",
            "next_of_kin",
            "next_of_kin_phone",
            "language",
        )
        widgets = {
            "sex": forms.RadioSelect,
            "phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
            "email": forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"}),
            "national_id": forms.TextInput(attrs={"autocomplete": "off"}),
            "next_of_kin": forms.TextInput(attrs={"autocomplete": "off"}),
            "next_of_kin_phone": forms.TextInput(attrs={"inputmode": "tel"}),
            "address": forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("female", "Female"),
            ("male", "Male"),
            ("other", "Other"),
            ("unknown", "Not known"),
        ]
        self.fields["sex"].choices = choices  # type: ignore[attr-defined]
        self.fields["sex"].error_messages["required"] = "Choose one; Not known is an answer too."
        for name, longest in LONGEST.items():
            self.fields[name].validators.append(MaxLengthValidator(longest))
        if self.instance.birth_date:
            self.fields["born"].initial = shown_birth(self.instance)

    def clean_family_name(self) -> str:
        return clean_name(self.cleaned_data["family_name"])

    def clean_given_names(self) -> str:
        return clean_name(self.cleaned_data["given_names"])

    def clean_other_names(self) -> str:
        return clean_name(self.cleaned_data["other_names"])

    def clean_address(self) -> str:
        return str(self.cleaned_data["address"]).replace("\r\n", "\n")

    def clean_next_of_kin(self) -> str:
        return clean_name(self.cleaned_data["next_of_kin"])

    def clean_phone(self) -> str:
        return international(self.cleaned_data["phone"])

    def clean_next_of_kin_phone(self) -> str:
        return international(self.cleaned_data["next_of_kin_phone"])

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip()
        if email:
            forms.EmailField(error_messages={"invalid": "This is not an e-mail address."}).clean(
                email
            )
        return email

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("family_name") and not cleaned.get("given_names") and not self.errors:
            self.add_error("family_name", "Enter at least one name.")
        try:
            cleaned |= self._birth(cleaned.get("born", ""))
        except ValidationError as error:
            self.add_error("born", error)
        return cleaned

    def _birth(self, typed: str) -> dict[str, Any]:
        """An age left as it was shown stays the birth date it came from."""
        if typed and typed == shown_birth(self.instance):
            born, estimated = self.instance.birth_date, self.instance.birth_date_estimated
        else:
            born, estimated = understood_birth(typed)
        return {"birth_date": born, "birth_date_estimated": estimated}

    def values(self) -> dict[str, Any]:
        """What the domain functions take."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in ("born", "key")
        }

    def candidate(self) -> Candidate:
        """As much as has been typed and makes sense, for the search for duplicates."""
        self.is_valid()
        known = {n: self.cleaned_data.get(n) for n in Candidate.__dataclass_fields__}
        return Candidate(**{name: value for name, value in known.items() if value})


def shown_birth(patient: Patient) -> str:
    """As the form writes it: a date, or the age where only that is known."""
    if patient.birth_date is None:
        return ""
    if not patient.birth_date_estimated:
        return clinic_date(patient.birth_date)
    years = today().year - patient.birth_date.year
    months = years * 12 + today().month - patient.birth_date.month
    return f"{months} months" if months < MONTHS_OF_A_BABY else str(years)


def understood_birth(typed: str) -> tuple[date | None, bool]:
    """A birth date, and whether it is only estimated from an age.

    Raises ValidationError with a way out for what is neither, or lies in the future.
    """
    typed = typed.strip()
    if not typed:
        return None, False
    if found := AGE.fullmatch(typed):
        return _born_at_age(int(found[1]), in_months=(found[2] or "y")[0].lower() == "m"), True
    born = parse_date(typed)
    if born is None:
        raise ValidationError("Type the date like 02-Mar-1988, or the age like 38.")
    if born > today():
        raise ValidationError("This date lies in the future.")
    if born.year < today().year - OLDEST:
        raise ValidationError(f"Nobody is older than {OLDEST}; check the year.")
    return born, False


def _born_at_age(age: int, *, in_months: bool) -> date:
    """The first of January of the year; of the month for ages in months."""
    if in_months:
        months = today().year * 12 + today().month - 1 - age
        return date(months // 12, months % 12 + 1, 1)
    if age > OLDEST:
        raise ValidationError(f"Nobody is older than {OLDEST}; check the age.")
    return date(today().year - age, 1, 1)


def international(typed: str) -> str:
    """Raises ValidationError for a number that cannot be dialled."""
    try:
        return phones.international(typed)
    except phones.NotDiallable as error:
        raise ValidationError(str(error)) from error
