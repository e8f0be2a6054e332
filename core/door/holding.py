"""A form sent while locked is kept and sent again once its person is back."""

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from core.crypto import envelope
from core.door.models import HeldForm
from core.sessions.activity import session_of
from core.sessions.models import OpenSession

MOST_BYTES = 500_000
NEVER_KEPT = ("csrfmiddlewaretoken",)


@dataclass(frozen=True)
class Held:
    """Where it goes, and its fields in order."""

    path: str
    fields: list[tuple[str, str]]


def hold(request: HttpRequest) -> bool:
    """Keep the form; whether all of it could be kept: files cannot, nor can passwords."""
    pairs = [(name, value) for name, values in request.POST.lists() for value in values]
    kept = [(name, value) for name, value in pairs if _may_be_kept(name)]
    body = json.dumps(kept).encode()
    if len(body) > MOST_BYTES or not _is_from_our_page(request):
        return False
    session: OpenSession = session_of(request)
    sealed = envelope.seal(_owner(session), body, _place(session))
    held = {"path": request.get_full_path(), "sealed": sealed}
    HeldForm.objects.update_or_create(session=session, defaults=held)
    return not request.FILES


def give_back(session: OpenSession) -> Held | None:
    """What was held; it is held no more."""
    held = HeldForm.objects.filter(session=session).first()
    if held is None:
        return None
    held.delete()
    body = envelope.open_sealed(_owner(session), bytes(held.sealed), _place(session))
    return Held(held.path, [(name, value) for name, value in json.loads(body)])


def _is_from_our_page(request: HttpRequest) -> bool:
    """The door stands before Django's own look at the token, and what is held is sent again."""
    token = CsrfViewMiddleware(lambda _: HttpResponse())
    return token.process_view(request, lambda _: HttpResponse(), (), {}) is None


def _may_be_kept(name: str) -> bool:
    return name not in NEVER_KEPT and "password" not in name


def _owner(session: OpenSession) -> str:
    return f"user:{session.user_id}"


def _place(session: OpenSession) -> str:
    return f"held_forms.sealed:{session.pk}"
