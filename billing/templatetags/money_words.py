"""States of invoices in words."""

from django import template

from billing.models import Invoice

register = template.Library()

TONES = {"paid": "ok", "issued": "warn", "part_paid": "warn", "void": "danger"}


@register.filter
def invoice_state(name: str) -> str:
    return str(Invoice.State(name).label).lower()


@register.filter
def invoice_tone(state: str) -> str:
    """The colour a state has, where it has one."""
    return TONES.get(state, "")
