"""Setting a paper into a PDF with typst.

Papers are `<app>/papers/<name>.typ`. Their data travels as JSON beside them, so that nothing a
patient is called can be read as markup, and only the clinic's own fonts are used: a paper looks
the same whatever the machine has installed.
"""

import json
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from django.conf import settings
from django.utils import timezone
from typst import Compiler

from core.shell.words import clinic_datetime

Size = Literal["a4", "a5", "roll", "label", "sticker", "card"]
FONTS = Path(__file__).parent / "fonts"

# One compiler keeps the fonts and the papers it has read; it serves one caller at a time.
_one_at_a_time = threading.Lock()


def pdf(
    name: str, data: Mapping[str, Any], *, size: Size = "a4", copy: bool = False, by: str = ""
) -> bytes:
    """The paper `<app>/<name>` with the data. `size` is a4, a5, roll (80 mm), label (50 x 25 mm),
    sticker (70 x 35 mm) or card (85.6 x 54 mm); `copy` marks it COPY; `by` is who prints.

    `data["patient"]`, if there is one, stands on every page: {"name": ..., "facts": [[label,
    value], ...]}. Dates and amounts are passed as the words to print.
    """
    app, _, paper = name.partition("/")
    source = settings.BASE_DIR / app / "papers" / f"{paper}.typ"
    inputs = {"data": json.dumps(data), "print": json.dumps(_frame(size, copy=copy, by=by))}
    with _one_at_a_time:
        # A PDF is one file whatever its pages; only pictures come as a list.
        return cast("bytes", _compiler().compile(source, format="pdf", sys_inputs=inputs))


@cache
def _compiler() -> Compiler:
    return Compiler(
        Path(__file__).parent / "base.typ",
        root=settings.BASE_DIR,
        font_paths=[FONTS],
        ignore_system_fonts=True,
    )


def _frame(size: Size, *, copy: bool, by: str) -> dict[str, Any]:
    """What every paper says whatever it is about."""
    clinic = {
        "name": settings.CLINIC_NAME,
        # One line in the environment; its parts are set below each other.
        "address": "\n".join(part.strip() for part in settings.CLINIC_ADDRESS.split(";")),
        "phone": settings.CLINIC_PHONE,
    }
    printed_at = clinic_datetime(timezone.now())
    return {"clinic": clinic, "size": size, "copy": copy, "by": by, "at": printed_at}
