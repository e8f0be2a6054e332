"""Lists as files for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain

from django.http import HttpResponse
from django.utils import timezone

FORMULA = ("=", "+", "-", "@", "\t", "\r")
Row = Sequence[object]


def csv_answer(
    name: str, head: Sequence[str], rows: Iterable[Row], *, above: Iterable[Row] = ()
) -> HttpResponse:
    """The list as `NAME.csv`, under its headings; `above` says what it is a list of."""
    file = io.StringIO()
    writer = csv.writer(file)
    for row in chain(above, [head], rows):
        writer.writerow([safe(cell) for cell in row])
    # The mark tells spreadsheets that it is UTF-8.
    answer = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def stamped(name: str) -> str:
    """`NAME-2026-11-24-1031`, for what is another list a minute later."""
    return f"{name}-{timezone.localtime():%Y-%m-%d-%H%M}"


def safe(cell: object) -> str:
    """A spreadsheet takes text that begins like a formula for one: an apostrophe keeps it text."""
    text = str(cell)
    is_number = isinstance(cell, int | Decimal)
    return f"'{text}" if text.startswith(FORMULA) and not is_number else text
