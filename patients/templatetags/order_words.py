"""Specimens in the short words of the order form."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from core.shell.words import MONTHS, local

register = template.Library()

SHORT = (
    ("EDTA", "EDTA"),
    ("citrate", "citrate"),
    ("fluoride", "fluoride"),
    ("Serum", "serum"),
    ("Urine", "urine"),
)


@register.filter
def tube(specimen: str) -> str:
    """`EDTA` of `Venous blood, EDTA`: which tube or cup is needed."""
    return next((short for part, short in SHORT if part in specimen), specimen.lower() or "sample")


@register.filter
def lately(moment: datetime) -> str:
    """`21-Mar` within a year, else the year alone; the exact moment stands on hover."""
    day = local(moment)
    recent = timezone.now() - moment < timedelta(days=360)
    return f"{day.day:02}-{MONTHS[day.month - 1]}" if recent else f"{day.year}"
