"""Narrowing the trail."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.queries import people
from audit.queries.trail import Filters
from core.clock import today
from patients.models import BreakGlassGrant
from patients.queries.dates import parse_date

FIRST, LAST = date(1900, 1, 1), date(2200, 1, 1)
NO_DAY = "Give the day like 22-Nov-2026."


class Day(forms.CharField):
    """A calendar day as people type it."""

    def __init__(self, label: str) -> None:
        attrs = {"placeholder": "dd-mmm-yyyy", "autocomplete": "off"}
        widget = forms.TextInput(attrs=attrs)
        super().__init__(label=label, required=False, max_length=30, widget=widget)

    def clean(self, value: Any) -> date | None:
        text = super().clean(value)
        if not text:
            return None
        day = parse_date(text)
        if day is None:
            raise ValidationError(NO_DAY)
        if not FIRST <= day <= LAST:
            raise ValidationError("Give a day between 1900 and 2200.")
        return day


class Between(forms.Form):
    """Two days, the second not before the first."""

    since = Day("From")
    until = Day("To")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", "This day is before the first one.")
        return cleaned


class LookedForm(Between):
    """Which days somebody asks about."""

    def days(self, lately: timedelta) -> tuple[date, date]:
        """The first and the last day; what is not said is up to today, from `lately` before."""
        asked = self.cleaned_data if self.is_bound else {}
        until = asked.get("until") or today()
        return asked.get("since") or until - lately, until

    def filters_of(self, patient_id: str, lately: timedelta) -> Filters:
        since, until = self.days(lately)
        return Filters(
            patients=(patient_id,),
            since=_midnight(since),
            until=_midnight(until + timedelta(days=1)),
        )


class TrailForm(Between):
    """What is asked for in the address of a trail; `filters` once it is valid."""

    who = forms.CharField(label="Who", required=False, max_length=100)
    patient = forms.CharField(label="Patient", required=False, max_length=100)
    action = forms.CharField(label="Did", required=False, max_length=60)
    entity = forms.CharField(label="What", required=False, max_length=60)
    thing = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, patient_id: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.patient_id = patient_id
        self.fields["who"].widget.attrs["placeholder"] = "Anyone"
        self.fields["patient"].widget.attrs["placeholder"] = "Any patient"
        if patient_id:
            del self.fields["patient"]

    def offer(self, name: str, values: list[str], words: Callable[[str], str], every: str) -> None:
        """Show a field as a list to choose from; a value of the address that is unknown stays."""
        chosen = str(self.data.get(name) or "")[:60]
        known = sorted({*values, chosen} - {""}, key=words)
        choices = [("", every), *((value, words(value)) for value in known)]
        self.fields[name].widget = forms.Select(choices=choices)

    def clean_who(self) -> tuple[str, ...]:
        return self._found("who", people.people_called, "Nobody here is called that.")

    def clean_patient(self) -> tuple[str, ...]:
        return self._found("patient", people.patients_called, "No patient was found for this.")

    @property
    def filters(self) -> Filters:
        cleaned = self.cleaned_data
        until = cleaned["until"]
        return Filters(
            patients=(self.patient_id,) if self.patient_id else cleaned["patient"],
            people=cleaned["who"],
            entity_type=cleaned["entity"],
            entity_id=cleaned["thing"],
            action=cleaned["action"],
            since=_midnight(cleaned["since"]),
            until=_midnight(until + timedelta(days=1) if until else None),
        )

    def _found(self, name: str, find: Callable[[str], list[str]], nobody: str) -> tuple[str, ...]:
        text = self.cleaned_data[name]
        found = tuple(find(text)) if text else ()
        if text and not found:
            raise ValidationError(nobody)
        return found


def _midnight(day: date | None) -> datetime | None:
    """When the day begins on the clinic's wall."""
    return timezone.make_aware(datetime.combine(day, time())) if day else None


class ReviewForm(forms.Form):
    """What the privacy officer says of a record opened in an emergency."""

    finding = forms.ChoiceField(
        label="It was",
        choices=BreakGlassGrant.Finding,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it was justified."},
    )
    words = forms.CharField(
        label="Why",
        max_length=500,
        error_messages={"required": "Say in a few words what you found."},
    )
