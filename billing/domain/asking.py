"""What one person asks for and another decides on: discounts and refunds."""

from django.utils import timezone

from billing.errors import ChangedMeanwhile
from billing.models import Discount, RefundRequest
from core.accounts.models import User
from core.errors import NotAllowed

Asked = Discount | RefundRequest


def settle(asked: Asked, state: str, *, note: str, by: User) -> None:
    """The decision, of somebody other than who asked. Raises NotAllowed."""
    if asked.asked_by_id == by.pk:
        raise NotAllowed("Somebody else must decide on what you asked for.")
    asked.state, asked.decision_note = state, note.strip()
    asked.decided_by, asked.decided_at = by, timezone.now()
    asked.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])


def refuse_unless(asked: Asked, *states: str) -> None:
    """Raises ChangedMeanwhile, saying what it has become."""
    if asked.state not in states:
        name, state = asked._meta.verbose_name, asked.get_state_display().lower()
        raise ChangedMeanwhile(f"This {name} is {state} already.")
