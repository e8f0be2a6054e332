"""Restricting a record, opening one in an emergency, and reviewing that."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from core.outbox.domain import put_fact
from patients.models import BreakGlassGrant, Patient, Restriction, RestrictionPermit
from patients.models.glass import OPEN_FOR
from patients.policies import require
from patients.queries import glass

SHORTEST_REASON = 10


class NotRestricted(ClinicError):
    """There is no glass to break."""


class TooShort(ClinicError):
    """A reason that says nothing."""


class NotYours(ClinicError):
    """Nobody reviews what they did themselves, and nobody does it twice."""


def restrict(
    patient_id: UUID, *, kind: str, note: str = "", permitted: Iterable[User] = (), by: User
) -> Restriction:
    """Only these people open the record from now on; anybody else breaks the glass.

    Restricting a restricted record changes who is named. Raises NotAllowed.
    """
    require(by, "patients.restrict")
    with acting(user_id=by.pk), transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient_id)
        made, _ = Restriction.objects.update_or_create(
            patient_id=patient_id, defaults={"kind": kind, "note": note.strip()}
        )
        named = {user.pk for user in permitted}
        permits = RestrictionPermit.objects.filter(patient_id=patient_id)
        permits.exclude(user__in=named).delete()
        for user_id in named - set(permits.values_list("user_id", flat=True)):
            RestrictionPermit.objects.create(patient_id=patient_id, user_id=user_id)
    return made


def lift(patient_id: UUID, *, reason: str, by: User) -> None:
    """The record is like any other again. Raises NotAllowed, TooShort, NotRestricted."""
    require(by, "patients.restrict")
    _refuse_short(reason)
    with acting(user_id=by.pk, reason=reason.strip()), transaction.atomic():
        found = Restriction.objects.select_for_update().filter(patient=patient_id)
        if not found.exists():
            raise NotRestricted("This record is not restricted.")
        RestrictionPermit.objects.filter(patient=patient_id).delete()
        found.delete()


def break_glass(patient_id: UUID, *, reason: str, words: str, by: User) -> BreakGlassGrant:
    """Open a restricted record for an hour. One that is open already stays as it is.

    Whoever reviews hears of it with the commit: the row is on the privacy officer's list. Raises
    NotAllowed, TooShort, NotRestricted.
    """
    require(by, "patients.break_glass")
    _refuse_short(words)
    with acting(user_id=by.pk, reason=words.strip()), transaction.atomic():
        # Two presses of one person follow one another.
        if not Restriction.objects.select_for_update().filter(patient=patient_id).exists():
            raise NotRestricted("This record is not restricted. Open it as any other.")
        now = timezone.now()
        if there := glass.open_grant(by, patient_id, now):
            return there
        made = BreakGlassGrant.objects.create(
            patient_id=patient_id, user=by, reason=reason, words=words.strip(),
            begins_at=now, ends_at=now + OPEN_FOR,
        )  # fmt: skip
        with acting(purpose="BTG", grant_id=made.pk):
            put_fact("break_glass", entity_type="patient", entity_id=patient_id,
                     patient_id=patient_id, until=made.ends_at)  # fmt: skip
    return made


def close(patient_id: UUID, *, by: User) -> None:
    """Shut it before the hour is over."""
    with acting(user_id=by.pk), transaction.atomic():
        if there := glass.open_grant(by, patient_id):
            there.ends_at = timezone.now()
            there.save(update_fields=["ends_at"])


def review(grant_id: UUID, *, finding: str, words: str, by: User) -> BreakGlassGrant:
    """Say whether it was justified. Raises NotAllowed, TooShort, NotYours."""
    require(by, "privacy.review")
    _refuse_short(words)
    with acting(user_id=by.pk, reason=words.strip()), transaction.atomic():
        found = BreakGlassGrant.objects.select_for_update().get(pk=grant_id)
        if found.user_id == by.pk:
            raise NotYours("Somebody else reviews what you opened.")
        if found.reviewed_at is not None:
            raise NotYours("This was reviewed already.")
        found.reviewed_by, found.reviewed_at = by, timezone.now()
        found.finding, found.review_words = finding, words.strip()
        found.ends_at = min(found.ends_at, found.reviewed_at)
        found.save()
    return found


def _refuse_short(words: str) -> None:
    if len(words.strip()) < SHORTEST_REASON:
        raise TooShort(f"Say why in a few words, at least {SHORTEST_REASON} characters.")
