"""What holds for every page: refusals in words, and plain words when something is down."""

import logging
import time
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from core.errors import NotAllowed, ServiceUnavailable
from core.shell.toasts import toast

logger = logging.getLogger(__name__)

REFUSED = "You may not do that. Nothing was changed; ask an administrator if you should be able to."
UNREACHABLE = "The clinic's database does not answer. Nothing was saved; try again in a moment."


class PageMiddleware:
    """Dresses every answer, sync or async."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self.get_response):
            return self.__acall__(request)
        return dressed(request, self.get_response(request))

    async def __acall__(self, request: HttpRequest) -> HttpResponse:
        return dressed(request, await self.get_response(request))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Refusals and servers that are down have pages; every other error travels on."""
        if isinstance(error, NotAllowed):
            return refused(request, str(error))
        if isinstance(error, ServiceUnavailable | OperationalError | InterfaceError):
            logger.error("A server that %s needs is down", request.path, exc_info=error)
            return unreachable(request)
        return None


class AskerMiddleware:
    """Finds out who asks before anybody else wants to know: without PostgreSQL the answer is the
    page that says so, once, and not an error on the way to it."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        request.arrived_at = time.time()  # type: ignore[attr-defined]
        if iscoroutinefunction(self.get_response):
            return self.__acall__(request)
        try:
            bool(request.user.is_authenticated)
        except (OperationalError, InterfaceError):
            return unreachable(request)
        return self.get_response(request)

    async def __acall__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse
        try:
            # Kept for all who come after: asked lazily, it would be a second question.
            request.user = await request.auser()
        except (OperationalError, InterfaceError):
            answer = await sync_to_async(unreachable)(request)
        else:
            answer = await self.get_response(request)
        return answer


def dressed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """One address gives a page or its part; a refused part says so itself."""
    patch_vary_headers(response, ["HX-Request"])
    if is_fragment(request) and response.status_code == 403 and "HX-Trigger" not in response:
        toast(response, REFUSED, kind="danger")
    return response


def is_fragment(request: HttpRequest) -> bool:
    """Asked for by a part of a page, not by the address bar."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def refused(request: HttpRequest, sentence: str, status: int = 403) -> HttpResponse:
    if is_fragment(request):
        return toast(HttpResponse(sentence, status=status), sentence, kind="danger")
    shown = {"sentence": sentence, "status": status}
    return render(request, "errors/403.html", shown, status=status)


def unreachable(request: HttpRequest, sentence: str = UNREACHABLE) -> HttpResponse:
    """Rendered without the request: asking who is signed in needs the server that is down."""
    if is_fragment(request) and request.method != "GET":
        return toast(HttpResponse(sentence, status=503), sentence, kind="danger")
    page = render_to_string("errors/503.html", {"sentence": sentence})
    return HttpResponse(page, status=503, headers={"Retry-After": "5"})
