"""Somebody allows something at a colleague's window: he proves who he is as strongly as at the door."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from core.accounts import signing_in
from core.accounts.models import User
from core.capture.context import acting
from core.door import proving
from core.factors import policy
from core.outbox.domain import put_fact


class NotHere(signing_in.NotLetIn):
    """Why the password alone does not do, and what to do instead."""


def vouch(request: HttpRequest, *, username: str, password: str, code: str) -> User:
    """The user of the password, who shows a code as well if he has a second step.

    Raises TooManyAttempts, WrongCredentials, WrongCode or NotHere.
    """
    user = signing_in.check(request, username=username, password=password)
    shown = _second_step(request, user, code)
    with acting(user_id=user.pk), transaction.atomic():
        signing_in.forget(user)
        put_fact("login", entity_type="user", entity_id=user.pk, **shown)
    return user


def _second_step(request: HttpRequest, user: User, code: str) -> dict[str, Any]:
    kinds, name = policy.kinds_of(user), user.display_name
    if kinds and code:
        return {"second_step": proving.by_code(request, user, code)}
    if "totp" in kinds:
        raise NotHere(f"{name} signs in with a code as well: type it beside the password.")
    if kinds or policy.is_needed(user):
        raise NotHere(
            f"{name} cannot allow it here without a code of an app. Leave the name empty to ask for it."
        )
    return {}
