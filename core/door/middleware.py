"""Whom the door lets through to the pages, and how it says no so that nothing is lost."""

from functools import cache
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from core.accounts.models import User
from core.door import holding
from core.door.standing import Standing, standing
from core.sessions import activity, opening

READS = ("GET", "HEAD", "OPTIONS")
# Said by the page where it asks by itself: fragments that follow colleagues, polls.
UNASKED = "HTTP_CLINIC_UNASKED"
THE_DOOR = (
    "accounts:sign_in",
    "accounts:second_step",
    "accounts:passkey_options",
    "accounts:passkey",
    "accounts:sign_out",
    "accounts:lock",
    "accounts:session",
    "accounts:active",
)
# Where each is led who is in, but must do something first; what lies below is open to them.
FIRST = {
    Standing.MUST_CHANGE: "profile:password",
    Standing.SECOND_STEP: "profile:second_step",
}


class DoorMiddleware:
    """Open sessions pass; activity of their person is noted. All others are refused."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self.get_response):
            return self.__acall__(request)
        refused = looked_at(request) if needs_a_look(request) else None
        return refused or self.get_response(request)

    async def __acall__(self, request: HttpRequest) -> Any:
        refused = None
        if needs_a_look(request):
            refused = await sync_to_async(looked_at)(request)
        return refused or await self.get_response(request)


def needs_a_look(request: HttpRequest) -> bool:
    """Whether anything is to be written or refused; most requests of most people pass by this."""
    user, row = _person(request), request.session.row  # type: ignore[attr-defined]
    if user is None or request.path in _the_door():
        return False
    if standing(row, user) != Standing.OPEN:
        return True
    is_moved = row.roles is not None and row.roles != user.roles
    return (is_moved and is_page(request)) or (activity.is_news(row) and is_activity(request))


def looked_at(request: Any) -> HttpResponse | None:
    """The refusal, or None and what there was to note is noted."""
    found = standing(request.session.row, request.user)
    if found == Standing.OPEN:
        if is_page(request):
            opening.follow_roles(request)
        if is_activity(request):
            activity.touch(request.session.row)
        return None
    if found == Standing.LOCKED:
        return _locked(request)
    return None if _is_below(FIRST.get(found, ""), request.path) else _first(request, found)


def is_page(request: HttpRequest) -> bool:
    """Asked for by the address bar, a link or a form of a page, not by a script."""
    is_fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    if is_fetched or "HX-Request" in request.headers:
        return False
    return "text/html" in request.headers.get("Accept", "text/html")


def is_activity(request: HttpRequest) -> bool:
    """Whether a person did it: went somewhere or sent something."""
    return is_page(request) or (request.method not in READS and UNASKED not in request.META)


def _locked(request: Any) -> HttpResponse | None:
    activity.keep_locked(request.session.row)
    if _is_for_all_eyes(request):
        return None
    if not is_page(request):
        return JsonResponse({"error": "Locked"}, status=423)
    wanted = request.get_full_path()
    if request.method not in READS:
        # Back to the page that the form stood on, should sending it again not be wanted.
        wanted, _ = request.META.get("HTTP_REFERER", ""), holding.hold(request)
    return redirect(f"{reverse('accounts:lock')}?{urlencode({'next': wanted})}")


def _first(request: HttpRequest, found: Standing) -> HttpResponse:
    """Led to what must be done first."""
    where = reverse(FIRST.get(found, "accounts:sign_in"))
    if "HX-Request" in request.headers:
        return HttpResponseClientRedirect(where)
    if is_page(request):
        return redirect(f"{where}?{urlencode({'next': request.get_full_path()})}")
    return JsonResponse({"error": found}, status=403)


def _is_for_all_eyes(request: HttpRequest) -> bool:
    """A page that tells nothing of anybody, such as the waiting room's screen: it hangs there all
    day with nobody at its keyboard."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return request.method in READS and getattr(view, "is_for_all_eyes", False)


def _is_below(name: str, path: str) -> bool:
    return bool(name) and path.startswith(reverse(name))


def _person(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


@cache
def _the_door() -> set[str]:
    return {reverse(name) for name in THE_DOOR}
