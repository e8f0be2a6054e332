"""Who asks when a proxy stands in front: what it says is believed of TRUSTED_PROXIES alone.

Without this the whole clinic would come from one address: the audit would name it for everybody,
and fifty mistyped passwords would shut the door for all.
"""

from ipaddress import ip_address, ip_network
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest

FOR, PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"


class ProxyMiddleware:
    """The outermost: everybody after it sees the person's own address, sync or async."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        see_through(request)
        return self.get_response(request)


def see_through(request: HttpRequest) -> None:
    """REMOTE_ADDR is the last address on the way that is no proxy of ours.

    Anybody may write the header, so only what our own proxies added to its end counts.
    """
    way = [part.strip() for part in request.META.get(FOR, "").split(",") if part.strip()]
    if not _is_ours(request.META.get("REMOTE_ADDR", "")):
        request.META.pop(PROTO, None)
        return
    while way and _is_ours(request.META["REMOTE_ADDR"]) and _is_address(way[-1]):
        request.META["REMOTE_ADDR"] = way.pop()


def _is_ours(address: str) -> bool:
    if not settings.TRUSTED_PROXIES or not _is_address(address):
        return False
    return any(ip_address(address) in ip_network(one) for one in settings.TRUSTED_PROXIES)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
