"""Who may do what to a patient's record."""

from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import NotAllowed
from patients.models import Room

SERVES: dict[str, tuple[Room.Kind, ...]] = {
    Role.RECEPTIONIST: (Room.Kind.RECEPTION,),
    Role.NURSE: (Room.Kind.TRIAGE, Room.Kind.PROCEDURE),
    Role.CLINICIAN: (Room.Kind.CONSULTATION,),
    Role.LAB: (Room.Kind.LABORATORY,),
    Role.PHARMACIST: (Room.Kind.PHARMACY,),
    Role.CASHIER: (Room.Kind.CASH_DESK,),
}
"""At which services of the queue a role sees patients."""


def require(user: User, permission: str) -> None:
    """Raises NotAllowed, whatever door the act came through."""
    if not user.has_perm(permission):
        raise NotAllowed("Your role may not do this.")


def services_of(user: User) -> set[str]:
    """The services at which this person sees patients."""
    return {str(kind) for role in user.roles for kind in SERVES.get(role, ())}
