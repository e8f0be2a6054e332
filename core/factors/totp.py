"""Codes of an authenticator app (RFC 6238): six digits, each good once, for half a minute."""

import hmac
import time
from uuid import UUID

import pyotp
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from core.accounts.models import User
from core.crypto import envelope
from core.factors import added
from core.factors.errors import WrongCode
from core.factors.models import SecondFactor

STEP_SECONDS = 30
# A phone's clock may be half a minute early or late.
WINDOW = (0, -1, 1)


def begin(user: User) -> SecondFactor:
    """A secret for an app to take, in place of one that was begun before and never confirmed."""
    with transaction.atomic():
        _of(user).filter(confirmed_at=None).delete()
        made = SecondFactor(user=user, kind=SecondFactor.Kind.TOTP, name="Authenticator app")
        made.secret = envelope.seal(_owner(user), pyotp.random_base32().encode(), _place(made.pk))
        made.save()
    return made


def begun(user: User) -> SecondFactor | None:
    """The one that waits for its first code."""
    return _of(user).filter(confirmed_at=None).first()


def secret_of(factor: SecondFactor) -> str:
    """In letters, as it is typed where no camera reads it."""
    sealed = bytes(factor.secret or b"")
    return envelope.open_sealed(_owner(factor.user), sealed, _place(factor.pk)).decode()


def address_of(factor: SecondFactor) -> str:
    """What an app's camera reads."""
    maker = pyotp.TOTP(secret_of(factor))
    return maker.provisioning_uri(name=factor.user.username, issuer_name=settings.CLINIC_NAME)


def confirm(user: User, code: str, *, name: str) -> SecondFactor:
    """The app shows the right code: from now on it counts. Raises WrongCode."""
    with transaction.atomic():
        factor = _of(user).select_for_update().filter(confirmed_at=None).first()
        if factor is None or not _spend(factor, code):
            raise WrongCode
        factor.name, factor.confirmed_at = name, timezone.now()
        factor.save(update_fields=["name", "confirmed_at"])
        added.report(factor)
    return factor


def check(user: User, code: str) -> bool:
    """Whether an app of the person shows this code, which then counts no more."""
    return any(_spend(factor, code) for factor in _of(user).exclude(confirmed_at=None))


def _spend(factor: SecondFactor, code: str) -> bool:
    """A step is taken by one statement: of two who send its code at once, one comes in."""
    step = _step_of(secret_of(factor), code)
    later = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step or 0)
    return step is not None and bool(later.update(last_step=step, used_at=timezone.now()))


def _step_of(secret: str, code: str) -> int | None:
    """Which half minute shows the code."""
    maker, now = pyotp.TOTP(secret), int(time.time()) // STEP_SECONDS
    for step in (now + offset for offset in WINDOW):
        if hmac.compare_digest(maker.generate_otp(step), code):
            return step
    return None


def _of(user: User) -> models.QuerySet[SecondFactor]:
    return SecondFactor.objects.filter(user=user, kind=SecondFactor.Kind.TOTP)


def _owner(user: User) -> str:
    return f"user:{user.pk}"


def _place(pk: UUID) -> str:
    return f"second_factors.secret:{pk}"
