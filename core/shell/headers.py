"""Headers that every answer carries, whoever made it: a page, a file, an error, a health check.

TRACE and its kin, which could tell a browser's cookies back to a script, are refused here too.

What an answer says itself stands; this adds what it does not say. It is the outermost middleware, since
answers of those inside it (a forged form, a wrong host, a server that is down) never reach the rest.
"""

from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
    # Pages have a policy of their own; what has none is no page and needs nothing.
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
UNSPOKEN = ("TRACE", "TRACK", "CONNECT")
SPOKEN = ("GET", "HEAD", "OPTIONS", "POST")
A_YEAR = "max-age=31536000; includeSubDomains"


class HeadersMiddleware:
    """Adds them, sync or async."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self.get_response):
            return self.__acall__(request)
        return headed(_refusal(request) or self.get_response(request))

    async def __acall__(self, request: HttpRequest) -> HttpResponse:
        return headed(_refusal(request) or await self.get_response(request))


def _refusal(request: HttpRequest) -> HttpResponse | None:
    return HttpResponseNotAllowed(SPOKEN) if request.method in UNSPOKEN else None


def headed(answer: HttpResponse) -> HttpResponse:
    """The answer with every header it lacks."""
    for name, value in ALWAYS.items():
        answer.headers.setdefault(name, value)
    # Asked of the setting, not of the request: a proxy may be what speaks https.
    if settings.SESSION_COOKIE_SECURE:
        answer.headers.setdefault("Strict-Transport-Security", A_YEAR)
    return answer


def as_lines() -> bytes:
    """For an answer that is written before there is a request."""
    return "".join(f"{name}: {value}\r\n" for name, value in ALWAYS.items()).encode()
