"""Ten codes for the day the phone is gone: shown once, kept as digests, each good once."""

import hashlib
import hmac
import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.factors.models import RecoveryCode
from core.outbox.domain import put_fact

MANY = 10
# No sign that looks like another; sixteen of these thirty are 78 random bits.
SIGNS = "abcdefghjkmnpqrstvwxyz23456789"
GROUPS, LENGTH = 4, 4


def make(user: User) -> list[str]:
    """Ten new ones; the old ones are worth nothing any more."""
    codes = [_code() for _ in range(MANY)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        rows = [RecoveryCode(user=user, digest=_digest(code)) for code in codes]
        RecoveryCode.objects.bulk_create(rows)
        put_fact("recovery_codes_made", entity_type="user", entity_id=user.pk)
    return codes


def spend(user: User, code: str) -> bool:
    """Whether it is one of the person's that nobody has used; now it is used."""
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at=None)
    return bool(unused.update(used_at=timezone.now()))


def left(user: User) -> int:
    """How many are still good."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _code() -> str:
    groups = ("".join(secrets.choice(SIGNS) for _ in range(LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


def _digest(code: str) -> str:
    """Keyed: the table alone, stolen, tells nothing. Spaces, hyphens and capitals do not matter."""
    plain = code.lower().replace("-", "").replace(" ", "")
    key = f"recovery {settings.SECRET_KEY}".encode()
    return hmac.new(key, plain.encode(), hashlib.sha256).hexdigest()
