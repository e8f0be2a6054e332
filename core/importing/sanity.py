"""What no resource may contain, whatever its type: found before anything is written."""

import html
import re
from typing import Any

import nh3

from core.importing.errors import Unfit
from core.importing.limits import LIMITS
from core.importing.node import walk

# A field name with a dot or dollar, or none at all; may also hit text, which is then looked at.
DOUBTFUL_KEY = re.compile(rb'[{,]"[^"]*[.$][^"]*":|[{,]"":')
NO_BRACKETS = bytes(set(range(256)) - set(b"{}[]"))
NUL = b"\\u0000"
MAX_ID = 255
LONGEST_NAME = 200


def check(resource: dict[str, Any], content: bytes) -> None:
    """Raises Unfit with the path of what PostgreSQL or MongoDB could not hold or would misread.

    `content` is the same resource as compact JSON: looking through it is much faster than walking.
    """
    if len(content) > LIMITS.resource_bytes:
        raise Unfit("", "is larger than 12 MB")
    if NUL in content or DOUBTFUL_KEY.search(content) or _may_be_deep(content):
        _look_through(resource)


def _may_be_deep(content: bytes) -> bool:
    """Each round takes the innermost brackets away; brackets inside text may stop it early."""
    brackets = content.translate(None, NO_BRACKETS)
    for _ in range(LIMITS.resource_depth):
        fewer = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(fewer) == len(brackets):
            break
        brackets = fewer
    return bool(brackets)


def _look_through(resource: dict[str, Any]) -> None:
    for path, value, depth in walk(resource):
        if depth > LIMITS.resource_depth:
            raise Unfit(path, f"is nested more than {LIMITS.resource_depth} deep")
        if isinstance(value, str):
            if "\0" in value:
                raise Unfit(path, "contains the character NUL")
        elif isinstance(value, dict):
            _check_keys(value, path)


def _check_keys(value: dict[str, Any], path: str) -> None:
    for key in value:
        if not key or key[0] == "$" or "." in key or "\0" in key or len(key) > LONGEST_NAME:
            raise Unfit(path, f"{key[:40]!r} cannot be the name of a field")


def plain(markup: str) -> str:
    """The words of a narrative; scripts, images and every tag are left out."""
    if "<" not in markup:
        return markup.strip()
    spaced = re.sub(r"(?i)</(p|div|h\d|li|tr|td|th)>|<br\s*/?>", r"\g<0>\n", markup)
    words = nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style"})
    return html.unescape(re.sub(r"[ \t]+", " ", re.sub(r"\s*\n\s*", "\n", words))).strip()
