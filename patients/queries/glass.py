"""Whether a record is restricted, and how a person stands to it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from core.accounts.models import User
from patients.models import BreakGlassGrant, Patient, Restriction, RestrictionPermit

ABOUT_THE_GLASS = (BreakGlassGrant, Restriction, RestrictionPermit)


def restriction_for(user: User, patient: Any) -> Restriction | None:
    """The restriction of a patient (an id, or a subquery of one), with `is_permitted` and
    `is_open`: whether this person is named, and whether the glass is broken. None for most."""
    theirs = {"patient": OuterRef("patient"), "user": user}
    grants = BreakGlassGrant.objects.filter(**theirs, ends_at__gt=timezone.now())
    found = Restriction.objects.filter(patient__in=patient).annotate(
        is_permitted=Exists(RestrictionPermit.objects.filter(**theirs)), is_open=Exists(grants)
    )
    return found.first()


def is_shut_to(user: User, patient_id: UUID) -> bool:
    """Whether the record is restricted, this person not named, and the glass whole."""
    found = restriction_for(user, [patient_id])
    return found is not None and not (found.is_permitted or found.is_open)  # type: ignore[attr-defined]


def is_part_of_shut(user: Any, row: Model) -> bool:
    """Whether a row of the administration lies in a record that is shut to this person. What is to be
    paid, and that a record is restricted, the house may know."""
    if row._meta.app_label == "billing" or isinstance(row, ABOUT_THE_GLASS):
        return False
    patient = _uuid(row.pk if isinstance(row, Patient) else getattr(row, "patient_id", None))
    return patient is not None and is_shut_to(user, patient)


def _uuid(value: Any) -> UUID | None:
    """None for nobody, and for what other programs call a patient in MongoDB."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


def open_grant(user: User, patient_id: UUID, now: datetime | None = None) -> BreakGlassGrant | None:
    """What lets this person in at this moment."""
    theirs = BreakGlassGrant.objects.filter(user=user, patient=patient_id)
    return theirs.filter(ends_at__gt=now or timezone.now()).order_by("-ends_at").first()


def to_review() -> QuerySet[BreakGlassGrant]:
    """What nobody has looked at yet, the oldest first."""
    known = BreakGlassGrant.objects.select_related("patient", "user")
    return known.filter(reviewed_at=None).order_by("begins_at")


def waiting_for_review(user: User) -> int:
    """For the rail."""
    return to_review().exclude(user=user).count()


def restricted(patient_ids: Iterable[UUID]) -> set[UUID]:
    """Those of them whose records are restricted."""
    known = Restriction.objects.filter(patient__in=list(patient_ids))
    return set(known.values_list("patient_id", flat=True))
