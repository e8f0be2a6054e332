"""Every view names the permission it needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from core.accounts.models import User
from core.capture.context import acting

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User
    htmx: HtmxDetails
    because: dict[str, str]


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]
Guard = Callable[[StaffRequest, str, dict[str, Any]], HttpResponseBase | None]
"""Asked after the role: the request, the permission, what stands in the address. Gives the answer
that refuses, or None; what is written and read then goes by `request.because` too."""

_guards: list[Guard] = []


def guard_with(guard: Guard) -> None:
    """Whoever the role lets through, this one may still refuse; registered in `AppConfig.ready`."""
    if guard not in _guards:
        _guards.append(guard)


def access(permission: str) -> Callable[[View[P]], Callable[Concatenate[Any, P], HttpResponseBase]]:
    """Only those whom core.accounts.roles grants the permission get through.

    A stranger is sent to sign in and comes back; somebody without the permission gets 403.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[Any, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not request.user.has_perm(permission):
                raise PermissionDenied(permission)
            refusal = _refusal(request, permission, kwargs)
            if refusal is not None:
                return refusal
            with acting(**request.because):
                return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast("Callable[Concatenate[Any, P], HttpResponseBase]", guarded)

    return decorate


def for_all_eyes(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """A page that tells nothing of anybody: it goes on while its session is locked."""
    view.is_for_all_eyes = True  # type: ignore[attr-defined]
    return view


def _refusal(
    request: StaffRequest, permission: str, kwargs: dict[str, Any]
) -> HttpResponseBase | None:
    request.because = {}
    return next((no for guard in _guards if (no := guard(request, permission, kwargs))), None)


def to_sign_in(request: Any) -> HttpResponse:
    """The sign-in page, with the way back; a fragment's request moves the whole page there."""
    if request.htmx:
        back = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(back).url)
    return redirect_to_login(request.get_full_path())
