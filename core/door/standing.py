"""How somebody stands at the door with the session at hand."""

from enum import StrEnum

from django.utils import timezone

from core.accounts.models import User
from core.factors import policy
from core.sessions import activity
from core.sessions.models import OpenSession


class Standing(StrEnum):
    OPEN = "open"
    LOCKED = "locked"
    MUST_CHANGE = "must_change"
    SECOND_STEP = "second_step"
    ENDED = "ended"


def standing(session: OpenSession | None, user: User) -> Standing:
    """Whether pages and sockets are open to them. Asks the database nothing."""
    if session is None or session.expire_date <= timezone.now() or not user.is_active:
        return Standing.ENDED
    if activity.is_locked(session):
        return Standing.LOCKED
    if user.must_change_password:
        return Standing.MUST_CHANGE
    if policy.is_needed(user) and not session.second_step:
        return Standing.SECOND_STEP
    return Standing.OPEN


def standing_by_key(session_key: str) -> Standing:
    """The same for whom only the cookie is known: a socket asks again and again."""
    known = OpenSession.objects.select_related("user").filter(session_key=session_key).first()
    if known is None or known.user is None:
        return Standing.ENDED
    found = standing(known, known.user)
    if found == Standing.LOCKED:
        activity.keep_locked(known)
    return found
