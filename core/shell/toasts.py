"""Telling what has just happened."""

import json
from typing import Any, Literal, NamedTuple, TypeVar

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django_htmx.http import trigger_client_event

Kind = Literal["done", "warn", "danger"]
R = TypeVar("R", bound=HttpResponse)

LEVELS = {"done": messages.SUCCESS, "warn": messages.WARNING, "danger": messages.ERROR}
KINDS = {"warning": "warn", "error": "danger"}


class Link(NamedTuple):
    """The likely next act beside what is told. A paper opens in a window of its own."""

    text: str
    url: str
    is_paper: bool = False


def toast(
    response: R, text: str, *, kind: Kind = "done", undo: str = "", link: Link | None = None
) -> R:
    """Has the page that receives this fragment say `text`; `undo` is the address that a POST takes
    it back at, offered for ten seconds.

    A whole page says it with `say`, or where nothing follows with Django's messages.
    """
    trigger_client_event(response, "toast", {"text": text, "kind": kind, **_more(undo, link)})
    return response


def say(
    request: HttpRequest,
    text: str,
    *,
    kind: Kind = "done",
    undo: str = "",
    link: Link | None = None,
) -> None:
    """The page that this person sees next says it."""
    messages.add_message(request, LEVELS[kind], text, extra_tags=json.dumps(_more(undo, link)))


def parts(message: Message) -> dict[str, Any]:
    """A message as components/toast.html takes it."""
    kind = KINDS.get(message.level_tag, "done")
    more = json.loads(message.extra_tags) if message.extra_tags else {}
    return {"kind": kind, "undo": "", "link": None, **more}


def _more(undo: str, link: Link | None) -> dict[str, Any]:
    return {"undo": undo, "link": link._asdict() if link else None}
