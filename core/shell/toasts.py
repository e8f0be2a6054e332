"""Telling what has just happened."""

from typing import Any, Literal, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django_htmx.http import trigger_client_event

Kind = Literal["done", "warn", "danger"]
R = TypeVar("R", bound=HttpResponse)
UNDO = "undo:"


def toast(response: R, text: str, *, kind: Kind = "done", undo: str = "") -> R:
    """Has the page that receives this fragment say `text`; `undo` is the address that a POST takes
    it back at, offered for ten seconds.

    A whole page says it with Django's messages instead.
    """
    trigger_client_event(response, "toast", {"text": text, "kind": kind, "undo": undo})
    return response


def say(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Has the next whole page say `text`, with the same Undo as a toast."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo}" if undo else "")


def undo_of(message: Any) -> str:
    """The address that takes back what a message tells of, if it can be taken back."""
    tags = message.extra_tags or ""
    return tags.removeprefix(UNDO) if tags.startswith(UNDO) else ""
