"""Proving who one is once more: the second step, the lock, and before what must not be done by
whoever happens to stand there. Every try counts with those of the password."""

from datetime import timedelta
from typing import Literal

from django.http import HttpRequest
from django.utils import timezone

from core.accounts import signing_in
from core.accounts.models import User
from core.factors import recovery, totp
from core.factors.errors import WrongCode
from core.outbox.domain import put_fact

Step = Literal["totp", "recovery"]
DIGITS = 6
FRESH = timedelta(minutes=5)


def by_code(request: HttpRequest, user: User, typed: str) -> Step:
    """Six digits of the app or a recovery code. Raises TooManyAttempts or WrongCode."""
    signing_in.count(request, user.username)
    code = typed.replace(" ", "").replace("-", "")
    is_of_app = code.isascii() and code.isdecimal() and len(code) == DIGITS
    if is_of_app and totp.check(user, code):
        return "totp"
    if not is_of_app and recovery.spend(user, code):
        return "recovery"
    report_failure(user, "totp" if is_of_app else "recovery")
    raise WrongCode


def by_password(request: HttpRequest, user: User, typed: str) -> None:
    """Raises TooManyAttempts or WrongPassword."""
    signing_in.count(request, user.username)
    if not user.check_password(typed):
        put_fact("login_failed", entity_type="user", entity_id=user.pk, at=request.path)
        raise WrongPassword
    signing_in.forget(user)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has come in only just now, and need not prove it once more."""
    row = request.session.row  # type: ignore[attr-defined]
    return bool(timezone.now() - row.signed_in_at < FRESH)


def report_failure(user: User, kind: str) -> None:
    put_fact("second_factor_failed", entity_type="user", entity_id=user.pk, kind=kind)


class WrongPassword(signing_in.NotLetIn):
    """Said where one is known already."""

    def __init__(self) -> None:
        super().__init__("The password is wrong.")
