"""The staff, and the names under which the patients' history speaks of them."""

from core.accounts.demo import create_account, demo_accounts
from core.accounts.models import User
from core.capture.names import entity_type
from core.importing.models import ImportedResource

SOURCE = "seth-clinic-demo"


def create_staff() -> dict[str, int]:
    """Everybody can sign in, and `Practitioner/amina` of the import is Dr Amina Diallo."""
    users = [create_account(account) for account in demo_accounts()]
    ImportedResource.objects.bulk_create(map(practitioner, users), ignore_conflicts=True)
    return {"accounts": len(users)}


def practitioner(user: User) -> ImportedResource:
    return ImportedResource(
        source=SOURCE,
        resource_type="Practitioner",
        resource_id=user.username,
        entity_type=entity_type(User),
        entity_id=str(user.pk),
        digest=b"",
    )


def member(username: str) -> User:
    """A member of staff by the name they sign in with."""
    return User.objects.get(username=username)
