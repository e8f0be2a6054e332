"""A second factor comes and goes: reported, and never without recovery codes beside it."""

from uuid import UUID

from django.db import transaction

from core.accounts.models import User
from core.accounts.people import ADMIN
from core.errors import NotAllowed
from core.factors import policy
from core.factors.errors import StillNeeded
from core.factors.models import RecoveryCode, SecondFactor
from core.outbox.domain import put_fact
from core.sessions import ending


def report(factor: SecondFactor) -> None:
    """A new one counts."""
    _report("second_factor_added", factor)


def remove(user: User, factor_id: UUID) -> str | None:
    """Take one of the person's away; returns its name, None where there is no such one.

    With the last one go the recovery codes. Raises StillNeeded where a role asks for one.
    """
    with transaction.atomic():
        theirs = list(policy.factors_of(user).select_for_update())
        found = next((one for one in theirs if one.pk == factor_id), None)
        if found is None:
            return None
        if len(theirs) == 1 and policy.is_needed(user):
            raise StillNeeded
        _take_away(user, [found], is_last=len(theirs) == 1)
    return found.name


def reset(user: User, *, by: User | None) -> int:
    """Take all of them away, for somebody who has lost them, and end the person's sessions.

    Returns how many there were. `by` is None for somebody at the server's own keyboard. Raises
    NotAllowed; nobody takes away his own but on his profile, where the password is asked for.
    """
    _check(user, by)
    with transaction.atomic():
        ending.end_all(user)
        theirs = list(SecondFactor.objects.filter(user=user).select_for_update())
        _take_away(user, theirs, is_last=True)
    return sum(one.confirmed_at is not None for one in theirs)


def _check(user: User, by: User | None) -> None:
    if by is None:
        return
    if user.pk == by.pk:
        raise NotAllowed("Take your own away on your profile.")
    if not by.has_perm(ADMIN) or (user.is_superuser and not by.is_superuser):
        raise NotAllowed("You may not take away this person's second steps.")


def _take_away(user: User, factors: list[SecondFactor], *, is_last: bool) -> None:
    for factor in factors:
        if factor.confirmed_at is not None:
            _report("second_factor_removed", factor)
    SecondFactor.objects.filter(pk__in=[factor.pk for factor in factors]).delete()
    if is_last:
        RecoveryCode.objects.filter(user=user).delete()


def _report(action: str, factor: SecondFactor) -> None:
    about = {"kind": factor.kind, "name": factor.name}
    put_fact(action, entity_type="user", entity_id=factor.user_id, factor=about)
