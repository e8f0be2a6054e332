"""The hidden field of every form that must have one effect only; what a form complains of."""

from typing import Any
from uuid import UUID, uuid4

from django import forms


def told(form: forms.BaseForm) -> str:
    """Everything a form complains of, in one line."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


class KeyField(forms.UUIDField):
    """A one-time key. A form that comes without one is shown again with a fresh one."""

    def __init__(self) -> None:
        sentence = "The form was not whole when it was sent. Look it over and send it again."
        super().__init__(
            widget=forms.HiddenInput,
            initial=uuid4,
            error_messages={"required": sentence, "invalid": sentence},
        )

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return UUID(data)
        except (TypeError, ValueError):
            return initial
