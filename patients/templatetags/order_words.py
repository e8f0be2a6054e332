"""Specimens in the short words of the order form."""

from django import template

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
