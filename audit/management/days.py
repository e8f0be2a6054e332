"""Days as commands take them."""

from argparse import ArgumentTypeError
from datetime import date, datetime, time

from django.utils import timezone


def a_day(text: str) -> datetime:
    """When that day begins on the clinic's wall."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("Give the day like 2026-11-24.") from error
    return timezone.make_aware(datetime.combine(day, time()))
