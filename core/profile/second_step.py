"""A second factor is added by its own person, and from then on counts everywhere."""

from typing import Any

from django import forms

from core.door import proving
from core.sessions import ending
from core.sessions.models import OpenSession


def prove(request: Any, form: forms.Form) -> None:
    """The password that the form asked for. Raises TooManyAttempts or WrongPassword."""
    if "password" in form.fields:
        proving.by_password(request, request.user, form.cleaned_data["password"])


def begins_to_count(request: Any, kind: str) -> None:
    """This session has shown it, under a new key; those that have not shown any end."""
    row: OpenSession = request.session.row
    ending.end_all(request.user, but=row)
    request.session.cycle_key()
    OpenSession.objects.filter(pk=row.pk).update(second_step=kind)
    row.second_step = kind
