"""States and kinds of care in words."""

import re
from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from patients.models import LabRequest, Prescription, Problem, Visit

register = template.Library()

TONES = {
    "dispensed": "ok",
    "verified": "ok",
    "collected": "warn",
    "received": "warn",
    "in_progress": "warn",
    "signed": "act",
    "partially_dispensed": "warn",
    "cancelled": "danger",
    "rejected": "danger",
}
VISIT_TONES = {
    "in_consultation": "act",
    "awaiting_results": "warn",
    "ready_to_bill": "ok",
}


@register.filter
def visit_kind(name: str) -> str:
    return str(Visit.Kind(name).label)


@register.filter
def visit_state(name: str) -> str:
    return str(Visit.State(name).label)


@register.filter
def prescription_state(name: str) -> str:
    return str(Prescription.State(name).label).lower()


@register.filter
def problem_state(name: str) -> str:
    return str(Problem.State(name).label).lower()


@register.filter
def lab_state(name: str) -> str:
    return str(LabRequest.State(name).label).lower()


@register.filter
def visit_tone(state: str) -> str:
    """The colour of a visit's state."""
    return VISIT_TONES.get(state, "")


@register.filter
def tone(state: str) -> str:
    """The colour a state has, where it has one."""
    return TONES.get(state, "")


@register.filter
def marking(title: str, words: Iterable[str]) -> SafeString:
    """What was typed, marked where it begins a word; everything is escaped."""
    begins = "|".join(re.escape(word) for word in words)
    parts = re.split(rf"\b({begins})", title, flags=re.IGNORECASE) if begins else [title]
    marked = (f"<mark>{escape(p)}</mark>" if n % 2 else escape(p) for n, p in enumerate(parts))
    return mark_safe("".join(marked))  # noqa: S308  (each part is escaped)
