"""The present day, as the clinic's wall shows it."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Today in the clinic's time zone."""
    return timezone.localdate()
