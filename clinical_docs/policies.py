"""Who may write what, and who may look into which documents."""

from clinical_docs.choices import ADMINISTRATIVE, Category
from core.accounts.models import User
from core.errors import NotAllowed


def require(user: User, permission: str) -> None:
    """Raises NotAllowed, whatever door the act came through."""
    if not user.has_perm(permission):
        raise NotAllowed("Your role may not do this.")


def categories_for(user: User) -> frozenset[str]:
    """The categories of documents that this person may look into."""
    if not user.has_perm("documents.view"):
        return frozenset()
    is_clinical = user.has_perm("patients.view_clinical")
    return frozenset(Category.values) if is_clinical else ADMINISTRATIVE


def require_category(user: User, category: str) -> None:
    """Nobody files away what they could not look at. Raises NotAllowed."""
    if category not in categories_for(user):
        raise NotAllowed("Your role may not work with documents of this category.")
