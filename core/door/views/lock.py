"""The lock: a session that nobody has touched for a while opens to its own person only."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.accounts.models import User
from core.accounts.signing_in import NotLetIn
from core.door import holding, proving
from core.door.forms import UnlockForm
from core.door.going_on import next_of
from core.door.standing import Standing, standing
from core.factors import policy
from core.factors.errors import WrongCode
from core.sessions import activity


@sensitive_post_parameters("password", "code")
@never_cache
@require_http_methods(["GET", "POST"])
def lock(request: HttpRequest) -> HttpResponse:
    """GET asks for the password; POST gives it, or locks at once with `now`.

    A page that is covered asks with `part`, and is answered with the form alone, or 204.
    """
    user = request.user
    if not isinstance(user, User):
        return redirect("accounts:sign_in")
    if "now" in request.POST:
        activity.keep_locked(activity.session_of(request))
    elif standing(activity.session_of(request), user) != Standing.LOCKED:
        return _on(request)
    elif request.method == "POST":
        return _sent(request, user)
    return _asked(request, user, UnlockForm(asks_code=policy.is_needed(user)))


def _sent(request: HttpRequest, user: User) -> HttpResponse:
    form = UnlockForm(request.POST, asks_code=policy.is_needed(user))
    status = 200
    if form.is_valid():
        try:
            return _unlock(request, user, form.cleaned_data)
        except WrongCode as error:
            form.add_error("code", str(error))
            status = 403
        except NotLetIn as error:
            form.add_error(None, str(error))
            status = error.status
    return _asked(request, user, form, status=status)


def _unlock(request: HttpRequest, user: User, typed: dict[str, Any]) -> HttpResponse:
    """The code first: a right password must not make guessing codes free."""
    if "code" in typed:
        proving.by_code(request, user, typed["code"])
    proving.by_password(request, user, typed["password"])
    activity.unlock(request)
    return _on(request)


def _on(request: HttpRequest) -> HttpResponse:
    """Back to work, with what had been sent in the meantime."""
    if "part" in request.GET:
        return HttpResponse(status=204)
    held = holding.give_back(activity.session_of(request))
    if held is None:
        return redirect(next_of(request))
    return render(request, "accounts/held.html", {"held": held, "next": next_of(request)})


def _asked(
    request: HttpRequest, user: User, form: UnlockForm, *, status: int = 200
) -> HttpResponse:
    page = {
        "form": form,
        "person": user,
        "locked_at": activity.session_of(request).locked_at
        or activity.locks_at(activity.session_of(request)),
        "has_passkey": "passkey" in policy.kinds_of(user),
        "next": next_of(request),
        "is_part": "part" in request.GET,
    }
    name = "accounts/lock.html#lock" if page["is_part"] else "accounts/lock.html"
    return render(request, name, page, status=status)
