"""Every request acts as somebody, from somewhere, under one id."""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest

from core.capture.context import acting
from core.ids import uuid7


def facts_of(request: HttpRequest) -> dict[str, str | None]:
    """What the audit keeps of a request; the person is added once known (see accounts)."""
    return {
        "ip_address": request.META.get("REMOTE_ADDR"),
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[:300],
        "request_id": str(uuid7()),
    }


class ContextMiddleware:
    """Sets the context of capture for the length of the request, sync or async."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self.get_response):
            return self.__acall__(request)
        with acting(**facts_of(request), **person_of(request.user)):
            return self.get_response(request)

    async def __acall__(self, request: HttpRequest) -> Any:
        user = await request.auser()
        with acting(**facts_of(request), **person_of(user)):
            return await self.get_response(request)


def person_of(user: object) -> dict[str, str | None]:
    """The signed-in user's id, or nothing for a stranger."""
    pk = getattr(user, "pk", None)
    return {"user_id": str(pk) if pk else None}
