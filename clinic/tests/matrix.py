"""Who gets through which door: every address x role and outsider x method, tried and written down.

The expected table is `matrix.txt` beside this file. After a change of addresses or roles it is written
anew by `python -m bench.matrix`, and what has changed is read in the diff:

    +  let in (what the page then says is the page's)     -  refused, 403
    ?  not found, 404                                     .  no such method, 405
    >  sent to sign in                                    !  an error: a fault, never expected
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django_htmx.middleware import HtmxDetails

from billing.models import Payment
from clinic.tests.papers import Written
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import NotAllowed
from core.live import topics
from core.sessions.models import OpenSession
from core.sessions.store import SessionStore
from patients.models import Specimen

logger = logging.getLogger(__name__)
FILE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OUTSIDERS = ("anonymous", "disabled", "ended")
"""Nobody, somebody who has left, and a session that was ended."""
ACTORS = (*(role.value for role in Role), *OUTSIDERS)
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^)]*\)")
MISSING = "00000000-0000-7000-8000-000000000000"
USUAL = {"int": "1", "slug": "x", "str": "x", "path": MISSING, "uuid": MISSING}
LISTEN = "socket"


@dataclass(frozen=True)
class Door:
    """An address as the resolver knows it."""

    route: str
    pattern: URLPattern

    @property
    def permission(self) -> str:
        return getattr(self.pattern.callback, "permission", "")

    @property
    def is_admin(self) -> bool:
        return self.route.startswith("admin/")

    def address(self, things: dict[str, str]) -> str:
        """With what `things` has for its parts: `word.../part` or `part`, else something unknown."""
        return "/" + PARAMETER.sub(lambda found: self._part(found, things), self.route).strip("^$")

    def _part(self, found: re.Match[str], things: dict[str, str]) -> str:
        kind, name = found[1] or "str", found[2] or found[3]
        begins = self.route.partition("<")[0]
        model = begins.removeprefix("admin/") if self.is_admin else ""
        known = things.get(f"{begins}{name}") or things.get(f"{begins.partition('/')[0]}/{name}")
        if self.is_admin:
            return things.get(model) or {"app_label": "core", "url": "nowhere/"}.get(name, MISSING)
        return known or things.get(name) or USUAL[kind]


def doors() -> list[Door]:
    """All of the project, its administration included, by their address."""
    return sorted(_walk(get_resolver().url_patterns), key=lambda door: door.route)


def _walk(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[Door]:
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLPattern):
            yield Door(route, pattern)
        else:
            yield from _walk(pattern.url_patterns, route)


def things_of(it: Written) -> dict[str, str]:
    """What stands in addresses: the patient's own of everything there is."""
    rows: dict[str, Any] = {
        "patient_id": it.patient, "visit_id": it.visit, "ticket_id": it.ticket,
        "prescription_id": it.prescription, "letter_id": it.letters["sick-note"],
        "receipt_id": it.patient.receipts.first(), "invoice_id": it.patient.invoices.first(),
        "charge_id": it.patient.charges.filter(state="open").first(),
        "payment_id": Payment.objects.filter(patient=it.patient).first(), "appointment_id": it.patient.appointments.first(),
        "orders/request_id": it.patient.lab_requests.first(),
        "lab/request_id": it.patient.lab_requests.first(),
        "results/request_id": it.patient.lab_requests.first(),
        "documents/document_id": it.patient.documents.first(),
        "specimen_id": Specimen.objects.filter(patient=it.patient).first(),
    }  # fmt: skip
    words = {"shift_id": str(it.shift), "kind": "sick-note", "act": "call", "form": "patient"}
    return {name: str(row.pk) for name, row in rows.items() if row} | words


@dataclass
class Actor:
    """Who asks. Outsiders ask as their browsers would: by a session that opens nothing any more."""

    name: str
    user: User | AnonymousUser
    session: SessionStore
    factory: RequestFactory

    def ask(self, door: Door, method: str, things: dict[str, str]) -> str:
        """A sign of the table."""
        path = door.address(things)
        try:
            answer = self._answer(path, method)
        except (PermissionDenied, NotAllowed):
            return "-"
        except Http404:
            return "?"
        except Exception:
            logger.exception("%s %s fails for %s", method, door.route, self.name)
            return "!"
        return self._judged(answer)

    def _answer(self, path: str, method: str) -> HttpResponseBase:
        request = self._request(path, method)
        found = found_at(path)
        if not self._may(getattr(found.func, "permission", "admin.site")):
            return found.func(request, *found.args, **found.kwargs)  # type: ignore[no-any-return]
        # Whatever is done at an open door is undone.
        with transaction.atomic():
            answer: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
            transaction.set_rollback(True)
        return answer

    def _may(self, permission: str) -> bool:
        return self.user.is_authenticated and self.user.has_perm(permission)

    def _request(self, path: str, method: str) -> HttpRequest:
        """As it is after the middleware; forgery, headers and errors have tests of their own."""
        request: Any = self.factory.generic(method, path)
        request.user, request.session = self.user, copy(self.session)
        request.htmx = HtmxDetails(request)
        request._messages = FallbackStorage(request)
        request._dont_enforce_csrf_checks = True
        return request  # type: ignore[no-any-return]

    def _judged(self, answer: HttpResponseBase) -> str:
        door = answer.headers.get("Location", "").partition("?")[0]
        if door in (reverse(settings.LOGIN_URL), reverse("admin:login")):
            # The administration sends everybody to its door, which then refuses who is signed in.
            return "-" if self.user.is_authenticated else ">"
        return {403: "-", 404: "?", 405: "."}.get(answer.status_code, "+")


found_at = cache(resolve)


def actors_of(staff: dict[Role, User]) -> list[Actor]:
    """One of each role, and the three who have no business here."""
    factory = RequestFactory(headers={"host": "localhost"})
    inside = [(staff[role], signed_in(staff[role])) for role in Role]
    outside = [AnonymousUser(), _found_again(_leaves), _found_again(_is_signed_out)]
    everybody = [*inside, *((user, SessionStore()) for user in outside)]
    return [Actor(n, user, at, factory) for n, (user, at) in zip(ACTORS, everybody, strict=True)]


def signed_in(user: User) -> SessionStore:
    """Their session, read as the middleware reads it."""
    client = Client()
    client.force_login(user)
    session = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    session.load()
    return session


def _found_again(then: Callable[[User, OpenSession], None]) -> User | AnonymousUser:
    """Whom a session leads to after this has happened to it: somebody who could do everything."""
    user = User.objects.create_user(f"was-{then.__name__}", roles=list(Role), is_superuser=True)
    key = signed_in(user).session_key
    then(user, OpenSession.objects.get(session_key=key))
    request = RequestFactory().get("/")
    request.session = SessionStore(key)
    found: User | AnonymousUser = get_user(request)
    return found


def _leaves(user: User, _: OpenSession) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def _is_signed_out(_: User, session: OpenSession) -> None:
    session.delete()


def tried(actors: list[Actor], things: dict[str, str]) -> dict[tuple[str, str], str]:
    """Every cell: by route and method, a sign for each actor."""
    cells = {}
    with quiet():
        for door in doors():
            for method in METHODS:
                cells[door.route, method] = "".join(a.ask(door, method, things) for a in actors)
    for topic in sorted(topics.known()):
        whole = topic + (f":{things[f'{topic}_id']}" if f"{topic}_id" in things else "")
        heard = (topics.may_listen(actor.user, whole) for actor in actors)  # type: ignore[arg-type]
        cells[f"{LISTEN} {topic}", "LISTEN"] = "".join("+" if one else "-" for one in heard)
    return cells


@contextmanager
def quiet() -> Iterator[None]:
    """Refusals by the ten thousand are no news."""
    refusing = logging.getLogger("django.request")
    before = refusing.level
    refusing.setLevel(logging.ERROR)
    yield
    refusing.setLevel(before)


def written(cells: dict[tuple[str, str], str]) -> str:
    """The table as a text: a line for the methods of an address that answer alike."""
    head = [line for line in __doc__.splitlines() if line.startswith("    ")]
    lines = ["# Written by `python -m bench.matrix`, expected by test_matrix.", *map(_noted, head)]
    lines += [f"# {n} {name}" for n, name in enumerate(ACTORS, 1)]
    for route, of_route in groupby(cells, key=lambda key: key[0]):
        alike: dict[str, list[str]] = {}
        for key in of_route:
            alike.setdefault(cells[key], []).append(key[1])
        lines += [f"{' '.join(signs)}  {'+'.join(methods)}  {route or '/'}" for signs, methods in alike.items()]  # fmt: skip
    return "\n".join(lines) + "\n"


def _noted(line: str) -> str:
    return f"# {line.strip()}"


def read(text: str) -> dict[tuple[str, str], str]:
    """The cells of such a text."""
    cells = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            signs, methods, route = line.split("  ", 2)
            for method in methods.split("+"):
                cells["" if route == "/" else route, method] = signs.replace(" ", "")
    return cells
