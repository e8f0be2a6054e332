"""When somebody is to come back."""

import calendar
from datetime import date, timedelta

SPANS = {"1w": "1 week", "1m": "1 month", "3m": "3 months"}
"""What is offered with one press."""


def after(span: str, start: date) -> date:
    """The day so long after: the 31st becomes the last day a shorter month has."""
    number, unit = int(span[:-1]), span[-1]
    if unit in "dw":
        return start + timedelta(days=number * (7 if unit == "w" else 1))
    year, month = divmod(start.year * 12 + start.month - 1 + number, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))
