"""Numbers of papers: one after the other within a year, without a gap.

Ask for them last: until the transaction ends, nobody else gets one.
"""

from datetime import datetime

from django.utils import timezone

from core.counters.domain import next_number, next_numbers

INVOICE, RECEIPT, CREDIT, REFUND, SHIFT = "INV", "R", "CN", "RF", "SH"


def next_of(kind: str, at: datetime) -> str:
    """`INV-2026-00412`."""
    year = timezone.localtime(at).year
    return written(kind, year, next_number(name_of(kind, year)))


def next_of_year(kind: str, year: int, many: int) -> list[str]:
    """Many at once, for what is entered later."""
    return [written(kind, year, number) for number in next_numbers(name_of(kind, year), many)]


def name_of(kind: str, year: int) -> str:
    """The counter's name."""
    return f"{kind} {year}"


def written(kind: str, year: int, number: int) -> str:
    return f"{kind}-{year}-{number:05d}"
