"""Booking: with whom, when, how long."""

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from core.accounts.models import User
from core.editing.fields import KeyField
from core.shell.words import clinic_date
from patients.models import Room
from patients.queries.arrivals import providers
from patients.queries.dates import parse_date
from patients.queries.places import rooms

LENGTHS = [(minutes, f"{minutes} min") for minutes in (10, 15, 20, 30, 45, 60, 90)]
USUAL = 15
TIME = re.compile(r"(\d{1,2})[:.h]?(\d\d)?")
HOURS, MINUTES = 24, 60
AHEAD = 2


class AppointmentForm(forms.Form):
    """`day` is typed as dates are everywhere; `at` like 09:30 or 930."""

    key = KeyField()
    provider = forms.ModelChoiceField(
        label="With", queryset=User.objects.none(), empty_label="Choose"
    )
    day = forms.CharField(label="Day", max_length=40)
    at = forms.CharField(label="Time", max_length=8)
    minutes = forms.TypedChoiceField(label="How long", choices=LENGTHS, coerce=int, initial=USUAL)
    room = forms.ModelChoiceField(
        label="Room", queryset=Room.objects.none(), required=False, empty_label="Any room"
    )
    reason = forms.CharField(label="Reason", required=False, max_length=500)
    overbook = forms.BooleanField(label="Book all the same, beside the other", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who, where = self.fields["provider"], self.fields["room"]
        who.queryset, where.queryset = providers(), rooms()  # type: ignore[attr-defined]
        who.error_messages["required"] = "Choose with whom."

    def clean_day(self) -> Any:
        day = parse_date(self.cleaned_data["day"])
        if day is None:
            raise forms.ValidationError("Type the day like 02-Mar-2027.")
        if day.year > timezone.localdate().year + AHEAD:
            raise forms.ValidationError(f"This is more than {AHEAD} years ahead; check the year.")
        return day

    def clean_at(self) -> time:
        found = TIME.fullmatch(self.cleaned_data["at"].strip())
        if found and int(found[1]) < HOURS and int(found[2] or 0) < MINUTES:
            return time(int(found[1]), int(found[2] or 0))
        raise forms.ValidationError("Type the time like 09:30.")

    def facts(self) -> dict[str, Any]:
        """What `appointments.book` takes."""
        known = self.cleaned_data
        begins_at = datetime.combine(known["day"], known["at"], timezone.get_current_timezone())
        kept = ("provider", "minutes", "room", "reason", "overbook")
        return {"begins_at": begins_at, **{name: known[name] for name in kept}}

    def content(self) -> dict[str, str]:
        """The same in words, for the one-time key."""
        return {name: str(value) for name, value in self.facts().items()}


def beginning(at: str) -> dict[str, str]:
    """What the form shows first, out of an address such as `?at=2026-11-24T10:30`."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return {"day": clinic_date(timezone.localdate())}
    return {"day": clinic_date(moment.date()), "at": f"{moment:%H:%M}"}
