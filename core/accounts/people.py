"""Who works here and what they may do, as an administrator changes it."""

from django.db import transaction
from django.db.models import QuerySet

from core.accounts.models import User
from core.accounts.roles import Role, permissions_of
from core.capture.context import acting
from core.errors import ClinicError, NotAllowed
from core.sessions import ending

ADMIN = "admin.site"


class LastAdministrator(ClinicError):
    """Without an administrator nobody could let anybody in."""

    def __init__(self) -> None:
        super().__init__("This is the last administrator. Make somebody else one first.")


def save(user: User, *, by: User) -> User:
    """Save a new or changed user; the administration opens for administrators alone.

    Raises NotAllowed and LastAdministrator; then nothing has changed.
    """
    with transaction.atomic():
        # Two administrators who remove each other at once must not both succeed.
        list(_administrators().select_for_update())
        check(user, by=by)
        user.is_staff = user.is_superuser or Role.ADMINISTRATOR in user.roles
        # Whoever else knows a password, it is not only its person's yet.
        if user._state.adding:
            user.must_change_password = user.has_usable_password()
        user.save()
        if not user.is_active:
            ending.end_all(user)
    return user


def set_password(user: User, password: str | None, *, by: User) -> None:
    """Give somebody a password, or none (None); all sessions of the person end.

    A password that somebody else has thought of is good for one sign-in, which asks for a new one.
    Raises NotAllowed.
    """
    if not by.has_perm(ADMIN) or (user.is_superuser and not by.is_superuser):
        raise NotAllowed("You may not give this person a password.")
    with acting(action="set_password"), transaction.atomic():
        user.set_password(password)
        user.must_change_password = password is not None and user.pk != by.pk
        user.save(update_fields=["password", "must_change_password"])
        ending.end_all(user)


def check(user: User, *, by: User) -> None:
    """Raises NotAllowed or LastAdministrator where `save` would."""
    if not by.has_perm(ADMIN):
        raise NotAllowed("Only administrators may change who works here.")
    before = User.objects.filter(pk=user.pk).first()
    _check_grant(user, before, by)
    leaves = before is not None and _is_administrator(before) and not _is_administrator(user)
    if leaves and not _administrators().exclude(pk=user.pk).exists():
        raise LastAdministrator


def _check_grant(user: User, before: User | None, by: User) -> None:
    """Others get what their work needs; oneself, nothing that one did not have."""
    if by.is_superuser:
        return
    if user.is_superuser and not (before and before.is_superuser):
        raise NotAllowed("Only somebody who may do everything can grant that.")
    if before and before.is_superuser:
        raise NotAllowed("Only somebody who may do everything can change one who may.")
    gained = permissions_of(user.roles) - permissions_of(before.roles if before else [])
    if user.pk == by.pk and gained - by.permissions():
        raise NotAllowed("You cannot give yourself what you may not do. Ask another administrator.")


def _is_administrator(user: User) -> bool:
    return user.is_active and Role.ADMINISTRATOR in user.roles


def _administrators() -> QuerySet[User]:
    return User.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR])
