"""Who may hear that somebody writes in a visit."""

from uuid import UUID

from core.accounts.models import User
from patients.models import Visit


def may_hear_visit(user: User, key: str) -> bool:
    """Those who read clinical content, of a visit that exists."""
    try:
        visit = UUID(key)
    except ValueError:
        return False
    return user.has_perm("patients.view_clinical") and Visit.objects.filter(pk=visit).exists()
