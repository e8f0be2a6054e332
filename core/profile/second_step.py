"""A second factor is added by its own person, and from then on counts everywhere."""

from typing import Any

from django import forms

from core.accounts.signing_in import NotLetIn
from core.door import proving
from core.factors import policy
from core.factors.errors import WrongCode
from core.sessions import ending
from core.sessions.models import OpenSession


class WrongPresentCode(NotLetIn):
    """The code of the second step that there is, beside one that is added."""

    def __init__(self) -> None:
        super().__init__("The code of your second step does not count. Wait for the next one.")


def proofs(request: Any) -> list[str]:
    """What must be shown once more: nothing by who has just come in, else all that the door asks."""
    if proving.is_fresh(request):
        return []
    return ["password", "present_code"] if policy.kinds_of(request.user) else ["password"]


def prove(request: Any, form: forms.Form) -> None:
    """What the form asked for, the code first: a right password must not make guessing codes free.

    Raises TooManyAttempts, WrongPresentCode or WrongPassword.
    """
    if "present_code" in form.fields:
        try:
            proving.by_code(request, request.user, form.cleaned_data["present_code"])
        except WrongCode as error:
            raise WrongPresentCode from error
    if "password" in form.fields:
        proving.by_password(request, request.user, form.cleaned_data["password"])


def begins_to_count(request: Any, kind: str) -> None:
    """This session has shown it, under a new key; those that have not shown any end."""
    row: OpenSession = request.session.row
    ending.end_all(request.user, but=row)
    request.session.cycle_key()
    OpenSession.objects.filter(pk=row.pk).update(second_step=kind)
    row.second_step = kind
