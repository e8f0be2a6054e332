"""The staff of the demo clinic."""

from clinic.demo.known import make_staff_known
from core.accounts.demo import create_account, demo_accounts
from core.accounts.models import User


def create_staff() -> dict[str, int]:
    """Everybody can sign in, and the history speaks of them."""
    users = [create_account(account) for account in demo_accounts()]
    make_staff_known(users)
    return {"accounts": len(users)}


def member(username: str) -> User:
    """A member of staff by the name they sign in with."""
    return User.objects.get(username=username)
