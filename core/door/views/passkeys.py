"""Showing a passkey: to sign in alone, as the second step, or at the lock."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.accounts import signing_in
from core.accounts.models import User
from core.accounts.signing_in import NotLetIn
from core.door import halfway, proving
from core.door.coming_in import come_in
from core.door.going_on import next_of, safe
from core.factors import passkeys
from core.factors.errors import PasskeyRefused
from core.sessions import activity

CHALLENGE = "passkey_challenge"


@never_cache
@require_POST
def options(request: HttpRequest) -> HttpResponse:
    """What the browser needs; any passkey of the house where nobody is known yet."""
    options = passkeys.to_sign_in(passkeys.house_of(request), _expected(request))
    request.session[CHALLENGE] = options["challenge"]
    return JsonResponse(options)


@never_cache
@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """`{"credential": …}` in, `{"next": …}` out; 403 with a sentence where it does not count."""
    expected, then = _expected(request), halfway.then(request)
    try:
        user = _shown_by(request, expected)
    except (PasskeyRefused, NotLetIn) as error:
        return _refused(expected, error)
    if request.user.is_authenticated:
        signing_in.forget(user)
        activity.unlock(request)
        return JsonResponse({"next": next_of(request)})
    come_in(request, user, second_step="passkey")
    return JsonResponse({"next": safe(request, then or request.GET.get("next", ""))})


def _expected(request: HttpRequest) -> User | None:
    """Whose it must be: at the lock and at the second step that is known."""
    user = request.user
    return user if isinstance(user, User) else halfway.who(request)


def _shown_by(request: HttpRequest, expected: User | None) -> User:
    """A challenge is good for one try, and each try counts. Nobody guesses a passkey: where no
    name is known, failures count for the address alone."""
    challenge, house = request.session.pop(CHALLENGE, ""), passkeys.house_of(request)
    if expected is not None:
        signing_in.count(request, expected.username)
    try:
        user = passkeys.check(passkeys.credential_of(request), challenge=challenge, house=house)
        if expected is not None and user != expected:
            raise PasskeyRefused
    except PasskeyRefused:
        if expected is None:
            signing_in.count(request, "")
        raise
    return user


def _refused(expected: User | None, error: PasskeyRefused | NotLetIn) -> HttpResponse:
    if isinstance(error, PasskeyRefused) and expected is not None:
        proving.report_failure(expected, "passkey")
    status = error.status if isinstance(error, NotLetIn) else 403
    return JsonResponse({"error": str(error)}, status=status)
