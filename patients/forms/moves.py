"""What is asked of a ticket: the version seen, and where the patient is to go."""

from typing import Any

from django import forms

from core.accounts.models import User
from patients.models import Room
from patients.policies import services_of
from patients.queries import places

NOT_SEEN = -1
"""No ticket has this version: a form without one counts as overtaken."""


class MoveForm(forms.Form):
    """A button of a card, or the dialog of a ticket."""

    version = forms.IntegerField(required=False)
    service = forms.ChoiceField(
        label="Send to",
        choices=Room.Kind,
        error_messages={"invalid_choice": "Choose where the patient goes."},
    )
    room = forms.ModelChoiceField(Room.objects.none(), required=False, empty_label="Any room")
    provider = forms.ModelChoiceField(
        User.objects.none(), label="Who", required=False, empty_label="Whoever is free"
    )

    def __init__(self, *args: Any, service: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["room"].queryset = places.rooms(service)  # type: ignore[attr-defined]
        self.fields["provider"].queryset = places.staff_of(service)  # type: ignore[attr-defined]

    def clean_version(self) -> int:
        version = self.cleaned_data["version"]
        return NOT_SEEN if version is None else int(version)

    def clean_provider(self) -> User | None:
        provider: User | None = self.cleaned_data["provider"]
        if provider and self.cleaned_data.get("service") not in services_of(provider):
            raise forms.ValidationError(f"{provider} sees nobody there.")
        return provider

    @property
    def content(self) -> dict[str, str]:
        """What makes two sendings the same; what was left open is not part of it."""
        sent = ("version", "asked", "room", "provider")
        return {name: str(self.data.get(name) or "") for name in sent}
