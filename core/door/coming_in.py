"""Letting somebody in."""

from django.db import transaction
from django.http import HttpRequest

from core.accounts import signing_in
from core.accounts.models import User
from core.sessions import opening


def come_in(request: HttpRequest, user: User, *, second_step: str = "") -> None:
    """All that was asked for has been shown: the session begins, failed tries are forgotten."""
    with transaction.atomic():
        signing_in.forget(user)
        opening.begin(request, user, second_step=second_step)
