"""A person's sessions, and ending them: pages and sockets of an ended one stop within seconds."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.sessions import activity
from core.sessions.models import OpenSession


def sessions_of(user: Any) -> QuerySet[OpenSession]:
    """Those that live, the one used last on top."""
    living = OpenSession.objects.filter(user=user, expire_date__gt=timezone.now())
    return living.order_by("-active_at")


def end_one(session_id: UUID, *, of: Any) -> bool:
    """End this one of the person's; whether there was such a one."""
    return _end(sessions_of(of).filter(pk=session_id)) == 1


def end_all(user: Any, *, but: OpenSession | None = None) -> int:
    """End all of the person's sessions but this one; returns how many there were."""
    ended = sessions_of(user)
    return _end(ended.exclude(pk=but.pk) if but else ended)


@transaction.atomic
def _end(sessions: QuerySet[OpenSession]) -> int:
    ended = list(sessions.select_for_update())
    for session in ended:
        activity.report("session_ended", session)
    OpenSession.objects.filter(pk__in=[session.pk for session in ended]).delete()
    return len(ended)
