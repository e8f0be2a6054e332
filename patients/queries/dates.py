"""Dates as people type them."""

import re
from datetime import date

from core.clock import today

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY_FIRST = re.compile(r"(\d{1,2})[-./ ](\d{1,2}|[a-z]{3,9})[-./ ](\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[-./ ](\d{1,2})[-./ ](\d{1,2})")


def parse_date(text: str) -> date | None:
    """`02-Mar-1988`, `2/3/1988` (day first), `1988-03-02`; None for anything else.

    A year of two digits is the latest such year that is not in the future.
    """
    text = text.strip().lower()
    if found := YEAR_FIRST.fullmatch(text):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    number = _month(month)
    return _date(_year(year), number, int(day)) if number else None


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return MONTHS.index(text[:3]) + 1 if text[:3] in MONTHS else 0


def _year(text: str) -> int:
    if len(text) == 4:
        return int(text)
    year = today().year // 100 * 100 + int(text)
    return year if year <= today().year else year - 100


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
