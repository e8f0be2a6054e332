"""Signing in and out, once somebody has proved who he is."""

from typing import Any

from django.contrib.auth import login, logout
from django.db import transaction

from core.capture.context import acting
from core.outbox.domain import put_fact
from core.sessions.models import OpenSession


def begin(request: Any, user: Any, *, second_step: str = "") -> None:
    """A session of this person, under a key nobody knew before; whoever had this browser is out.

    `second_step` says what was shown beside the password: totp, passkey, recovery.
    """
    if request.user.is_authenticated:
        end(request)
    with acting(user_id=user.pk), transaction.atomic():
        login(request, user)
        request.session.save()
        seen = {
            "ip_address": request.META.get("REMOTE_ADDR"),
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:300],
            "roles": user.roles,
            "second_step": second_step,
        }
        mine = OpenSession.objects.filter(session_key=request.session.session_key)
        mine.update(**seen)
        request.session.row = mine.get()
        put_fact("login", entity_type="user", entity_id=user.pk, **_how(second_step))


def end(request: Any) -> None:
    """Signed out: the session is gone, and the pages of it hear so within seconds."""
    if request.user.is_authenticated:
        put_fact("logout", entity_type="user", entity_id=request.user.pk)
    logout(request)


def follow_roles(request: Any) -> None:
    """Whose roles have changed goes on under a new key."""
    row, roles = request.session.row, request.user.roles
    if row.roles is not None and row.roles != roles:
        request.session.cycle_key()
        OpenSession.objects.filter(pk=row.pk).update(roles=roles)


def _how(second_step: str) -> dict[str, Any]:
    return {"second_step": second_step} if second_step else {}
