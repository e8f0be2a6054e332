"""Pages ask how they stand, and tell that their person is at work."""

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.accounts.models import User
from core.door.standing import Standing, standing
from core.sessions import activity


@never_cache
@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """`{"state": open | locked | … | ended, "user": id, "seconds": until it locks}`; asking is no
    activity."""
    return _told(request)


@never_cache
@require_POST
def active(request: HttpRequest) -> JsonResponse:
    """A hand moved. It keeps an open session open, and opens no locked one."""
    if isinstance(request.user, User) and _standing(request) == Standing.OPEN:
        activity.touch(activity.session_of(request))
    return _told(request)


def _told(request: HttpRequest) -> JsonResponse:
    found = _standing(request)
    if found == Standing.ENDED:
        return JsonResponse({"state": found, "user": "", "seconds": 0})
    if found == Standing.LOCKED:
        activity.keep_locked(activity.session_of(request))
    left = (activity.locks_at(activity.session_of(request)) - timezone.now()).total_seconds()
    return JsonResponse({"state": found, "user": str(request.user.pk), "seconds": max(0, left)})


def _standing(request: HttpRequest) -> Standing:
    user = request.user
    return (
        standing(activity.session_of(request), user) if isinstance(user, User) else Standing.ENDED
    )
