"""Who has a second factor, and who must."""

from django.conf import settings
from django.db.models import QuerySet

from core.accounts.models import User
from core.factors.models import SecondFactor


def is_needed(user: User) -> bool:
    """Whether a role of theirs asks for one (SECOND_FACTOR_ROLES)."""
    return bool(set(user.roles) & set(settings.SECOND_FACTOR_ROLES))


def factors_of(user: User) -> QuerySet[SecondFactor]:
    """Those that count."""
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None)


def kinds_of(user: User) -> set[str]:
    """Which kinds the person has: totp, passkey."""
    return set(factors_of(user).values_list("kind", flat=True))
