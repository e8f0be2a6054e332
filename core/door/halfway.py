"""Between the password and the second step: known to the server, not signed in."""

import time
from typing import Any

from django.http import HttpRequest

from core.accounts.models import User

KEY = "halfway"
# Long enough to find one's phone.
LASTS_SECONDS = 300


def begin(request: HttpRequest, user: User, *, then: str) -> None:
    """The password was right. Under a new key: this session is about to be somebody's."""
    request.session.cycle_key()
    request.session[KEY] = {
        "user": str(user.pk),
        "until": time.time() + LASTS_SECONDS,
        "next": then,
    }


def who(request: HttpRequest) -> User | None:
    """Whose second step is awaited, if it has not taken too long."""
    held: dict[str, Any] = request.session.get(KEY) or {}
    if held.get("until", 0) < time.time():
        return None
    return User.objects.filter(pk=held["user"], is_active=True).first()


def then(request: HttpRequest) -> str:
    """Where the person wanted to go."""
    return str((request.session.get(KEY) or {}).get("next", ""))
