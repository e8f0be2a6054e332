"""States and kinds of care in words."""

from django import template

from patients.models import LabRequest, Prescription, Visit

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
