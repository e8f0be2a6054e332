"""Passkeys (WebAuthn): a key that the person's device or stick keeps, opened by finger or PIN."""

import json
import logging
from dataclasses import dataclass
from typing import Any

import webauthn
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.accounts.models import User
from core.factors import added, policy
from core.factors.errors import PasskeyRefused
from core.factors.models import SecondFactor

logger = logging.getLogger(__name__)
# It may stand for the password as well, so the device must ask who holds it.
ASKS = UserVerificationRequirement.REQUIRED
FAULTS = (WebAuthnException, KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class House:
    """Under which name a browser reaches the clinic: a passkey is good for that name alone."""

    host: str
    origins: list[str]


def house_of(request: HttpRequest) -> House:
    """As the browser's own address says; a proxy's address stands in CSRF_TRUSTED_ORIGINS."""
    host = request.get_host()
    scheme = "https" if settings.SESSION_COOKIE_SECURE else "http"
    return House(host.partition(":")[0], [f"{scheme}://{host}", *settings.CSRF_TRUSTED_ORIGINS])


def credential_of(request: HttpRequest) -> Any:
    """What a browser sends of a passkey: `{"credential": …}`. Raises PasskeyRefused."""
    try:
        return json.loads(request.body)["credential"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _refused(error) from error


def to_register(user: User, house: House) -> dict[str, Any]:
    """What a browser needs to make one. Its `challenge` is what the answer must be about."""
    options = webauthn.generate_registration_options(
        rp_id=house.host,
        rp_name=settings.CLINIC_NAME,
        user_id=user.pk.bytes,
        user_name=user.username,
        user_display_name=user.display_name,
        exclude_credentials=_descriptors(user),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=ASKS
        ),
    )
    return dict(json.loads(options_to_json(options)))


def register(
    user: User, credential: Any, *, challenge: str, house: House, name: str
) -> SecondFactor:
    """From now on it opens. Raises PasskeyRefused."""
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=_asked(challenge),
            expected_rp_id=house.host,
            expected_origin=house.origins,
            require_user_verification=True,
        )
    except FAULTS as error:
        raise _refused(error) from error
    with transaction.atomic():
        factor, is_new = SecondFactor.objects.get_or_create(
            credential_id=made.credential_id,
            defaults={
                "user": user,
                "kind": SecondFactor.Kind.PASSKEY,
                "name": name,
                "confirmed_at": timezone.now(),
                "public_key": made.credential_public_key,
                "sign_count": made.sign_count,
            },
        )
        if not is_new:
            raise PasskeyRefused
        added.report(factor)
    return factor


def to_sign_in(house: House, user: User | None = None) -> dict[str, Any]:
    """What a browser needs to show one: any of the house's, or one of this person's."""
    options = webauthn.generate_authentication_options(
        rp_id=house.host,
        allow_credentials=_descriptors(user) if user else None,
        user_verification=ASKS,
    )
    return dict(json.loads(options_to_json(options)))


def check(credential: Any, *, challenge: str, house: House) -> User:
    """Whose passkey this is. Raises PasskeyRefused, also for one that counts backwards: a copy."""
    try:
        with transaction.atomic():
            factor = _find(credential)
            shown = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=_asked(challenge),
                expected_rp_id=house.host,
                expected_origin=house.origins,
                credential_public_key=bytes(factor.public_key or b""),
                credential_current_sign_count=factor.sign_count,
                require_user_verification=True,
            )
            factor.sign_count, factor.used_at = shown.new_sign_count, timezone.now()
            factor.save(update_fields=["sign_count", "used_at"])
    except (*FAULTS, SecondFactor.DoesNotExist) as error:
        raise _refused(error) from error
    if not factor.user.is_active:
        raise PasskeyRefused
    return factor.user


def _asked(challenge: str) -> bytes:
    """Nothing that was not asked for in this session counts."""
    if not challenge:
        raise ValueError("There is no challenge.")
    return base64url_to_bytes(challenge)


def _find(credential: Any) -> SecondFactor:
    known = SecondFactor.objects.select_for_update(of=("self",)).select_related("user")
    return known.get(credential_id=base64url_to_bytes(credential["id"]))


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    theirs = policy.factors_of(user).filter(kind=SecondFactor.Kind.PASSKEY)
    ids = theirs.values_list("credential_id", flat=True)
    return [PublicKeyCredentialDescriptor(id=bytes(one)) for one in ids if one]


def _refused(error: Exception) -> PasskeyRefused:
    logger.warning("A passkey was refused: %s", error)
    return PasskeyRefused()
