"""FHIR's dates and times: of any precision, with offsets or Z, sometimes impossible."""

import re
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from core.importing.errors import Unfit

DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
FULL_DATE = 10


@lru_cache
def _here() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def day(text: str, path: str) -> date:
    """The date, or the first day of the year or month; of a time, the date that is written."""
    match = DATE.fullmatch(text[:FULL_DATE])
    if not match:
        raise Unfit(path, f"{text[:40]!r} is no date")
    year, month, number = match.groups(default="1")
    try:
        return date(int(year), int(month), int(number))
    except ValueError as error:
        raise Unfit(path, f"{text[:40]!r} is no date: {error}") from error


def moment(text: str, path: str) -> datetime:
    """The instant; dates begin at midnight of the clinic, as times without an offset are its own."""
    if len(text) <= FULL_DATE:
        start = day(text, path)
        return datetime(start.year, start.month, start.day, tzinfo=_here())
    try:
        found = datetime.fromisoformat(text)
        # A far year with an offset may fall out of what can be stored.
        return found.replace(tzinfo=_here()) if found.tzinfo is None else found
    except ValueError as error:
        raise Unfit(path, f"{text[:40]!r} is no date and time") from error


def is_exact(text: str) -> bool:
    """Whether a date names its day."""
    return len(text) >= FULL_DATE
