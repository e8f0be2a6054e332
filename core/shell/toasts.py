"""Telling what has just happened."""

from typing import Literal, TypeVar

from django.http import HttpResponse
from django_htmx.http import trigger_client_event

Kind = Literal["done", "warn", "danger"]
R = TypeVar("R", bound=HttpResponse)


def toast(response: R, text: str, *, kind: Kind = "done", undo: str = "") -> R:
    """Has the page that receives this fragment say `text`; `undo` is the address that a POST takes
    it back at, offered for ten seconds.

    A whole page says it with Django's messages instead.
    """
    trigger_client_event(response, "toast", {"text": text, "kind": kind, "undo": undo})
    return response
