"""Who has not touched anything for a while finds the page locked, and goes on where he was."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.capture.context import acting
from core.outbox.domain import put_fact
from core.sessions.models import OpenSession


def session_of(request: Any) -> OpenSession:
    """The row of whoever asks, who is signed in."""
    row: OpenSession = request.session.row
    return row


def lock_after() -> timedelta:
    """How long nobody may touch anything."""
    return timedelta(seconds=settings.LOCK_AFTER)


def locks_at(session: OpenSession) -> datetime:
    """When it locks unless its person does something before."""
    return session.active_at + lock_after()


def is_locked(session: OpenSession) -> bool:
    """Whether somebody must prove to be its person before it goes on."""
    return session.locked_at is not None or timezone.now() >= locks_at(session)


def keep_locked(session: OpenSession) -> None:
    """One that nobody has touched for too long stays locked, whatever the clocks do; reported once."""
    if session.locked_at is None:
        lock(session)


def lock(session: OpenSession) -> None:
    """Only whoever proves to be its person opens it again."""
    session.locked_at = timezone.now()
    with from_there(session), transaction.atomic():
        unlocked = OpenSession.objects.filter(pk=session.pk, locked_at=None)
        if unlocked.update(locked_at=session.locked_at):
            report("locked", session)


def is_news(session: OpenSession) -> bool:
    """Whether a touch is worth writing: now and then it is, and most pages cost no write."""
    return timezone.now() - session.active_at >= min(timedelta(seconds=30), lock_after() / 10)


def touch(session: OpenSession) -> None:
    """Its person has just done something."""
    now = timezone.now()
    # Never one that another request has found to be locked.
    OpenSession.objects.filter(pk=session.pk, locked_at=None).update(active_at=now)
    session.active_at = now


def unlock(request: Any) -> None:
    """It goes on under a new key; called once somebody has proved to be its person."""
    with transaction.atomic():
        request.session.renew()
        report("unlocked", session_of(request))


def report(action: str, session: OpenSession) -> None:
    """One fact of a session's person, who names it by its id."""
    put_fact(action, entity_type="user", entity_id=session.user_id, session=str(session.pk))


def from_there(session: OpenSession) -> Any:
    """Whatever is reported inside was caused by that browser."""
    return acting(
        user_id=session.user_id,
        ip_address=session.ip_address,
        user_agent=session.user_agent or None,
    )
