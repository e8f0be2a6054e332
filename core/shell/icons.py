"""The icons, written into the page.

Firefox refuses an external <use> under `default-src 'none'` (it has no directive of its own), so
the sprite is read here, and the page carries the few lines of each icon it shows.
"""

import re
from functools import cache

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SPRITE = "static/vendor/icons/icons.svg"
_SYMBOL = re.compile(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>')


@cache
def _sprite() -> dict[str, SafeString]:
    text = (settings.BASE_DIR / SPRITE).read_text()
    return {name: mark_safe(drawn) for name, drawn in _SYMBOL.findall(text)}  # noqa: S308 (our own file)


def names() -> list[str]:
    """Every icon there is."""
    return sorted(_sprite())


def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """The icon as inline SVG: hidden from readers unless it has a label of its own.

    An icon that bin/vendor-sources/icons.txt does not list is a mistake: KeyError.
    """
    said = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')
    )
    large = " icon-l" if size == "l" else ""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {}>{}</svg>', large, said, _sprite()[name]
    )
