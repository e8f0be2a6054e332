"""What may be said when somebody comes in; all of it can be left out."""

from typing import Any

from django import forms

from core.accounts.models import User
from core.editing.fields import KeyField
from patients.models import Room, Ticket
from patients.queries.arrivals import providers
from patients.queries.places import rooms

LONGEST_REASON = 500


class ArrivalForm(forms.Form):
    """A room says the service, too, where none is named."""

    key = KeyField()
    service = forms.ChoiceField(label="Queue for", required=False)
    provider = forms.ModelChoiceField(label="With", queryset=User.objects.none(), required=False)
    room = forms.ModelChoiceField(label="Room", queryset=Room.objects.none(), required=False)
    reason = forms.CharField(
        label="Reason for coming", required=False, max_length=LONGEST_REASON, strip=True
    )
    priority = forms.ChoiceField(
        label="Priority",
        required=False,
        choices=Ticket.Priority.choices,
        initial=Ticket.Priority.ROUTINE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, first_stop: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._field("service").choices = self._services(first_stop)
        for name, queryset, empty in (
            ("provider", providers(), "Whoever is free"),
            ("room", rooms(), "Any room"),
        ):
            self._field(name).queryset = queryset
            self._field(name).empty_label = empty

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        room, service = cleaned.get("room"), cleaned.get("service")
        if room and not service:
            cleaned["service"] = room.kind
        elif room and service != room.kind:
            self.add_error("room", f"{room} is for {room.get_kind_display().lower()}.")
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What `arrivals.arrive` takes."""
        facts = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        return {**facts, "priority": facts["priority"] or Ticket.Priority.ROUTINE}

    def content(self) -> dict[str, str]:
        """The same in words, for the one-time key."""
        return {name: str(value) for name, value in self.facts().items()}

    def _services(self, first_stop: str) -> list[tuple[str, str]]:
        usual = f"{Room.Kind(first_stop).label}, as usual" if first_stop else "As usual"
        others = [(value, label) for value, label in Room.Kind.choices if value != first_stop]
        return [("", usual), *others]

    def _field(self, name: str) -> Any:
        return self.fields[name]
