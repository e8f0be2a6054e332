"""Who may do what with money."""

from core.accounts.models import User
from core.errors import NotAllowed


def require(user: User, permission: str) -> None:
    """Raises NotAllowed, whatever door the act came through."""
    if not user.has_perm(permission):
        raise NotAllowed("Your role may not do this.")
