"""What browsers report about the content security policy: a line in the log, and no more."""

import json
import re
import time
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

logger = structlog.get_logger(__name__)

MOST_BYTES = 8_192
MOST_A_MINUTE = 30
# Reports name the page; the log is not told whose.
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}", re.IGNORECASE)
_lately: list[float] = []


# The browser sends it by itself, from any page, and has no token to send.
@csrf_exempt
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """204 whatever was sent; of what is too long, too much or no report nothing is kept."""
    length = request.headers.get("Content-Length", "")
    is_fit = length.isdecimal() and int(length) <= MOST_BYTES and not _too_often()
    if is_fit and (told := understood(request.body)):
        logger.warning("The browser refused what a page asked for", **told)
    return HttpResponse(status=204)


def understood(body: bytes) -> dict[str, str] | None:
    """Directive, where it wanted to go and on which page, without ids and queries."""
    try:
        said: Any = json.loads(body)["csp-report"]
        return {
            "directive": str(said["effective-directive"])[:40],
            "blocked": _place(str(said["blocked-uri"])),
            "page": _place(str(said["document-uri"])),
        }
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _place(address: str) -> str:
    """`https://elsewhere.example` of another house, the path of our own; words such as `inline`."""
    parts = urlsplit(address)
    return IDS.sub("…", f"{parts.hostname or ''}{parts.path}")[:200]


def _too_often() -> bool:
    now = time.monotonic()
    _lately[:] = [at for at in _lately if now - at < 60]
    if len(_lately) >= MOST_A_MINUTE:
        return True
    _lately.append(now)
    return False
