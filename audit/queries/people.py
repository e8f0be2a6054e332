"""Who and whom the trail is about, as names."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, Value
from django.db.models.functions import Concat

from core.accounts.models import User
from core.accounts.roles import Role
from patients.models import Patient
from patients.queries.search import find

MOST_PEOPLE = 50
MOST_PATIENTS = 20


def names_of(user_ids: Iterable[str]) -> dict[str, User]:
    """Users by id, in one query; an id that is nobody's is left out."""
    return {str(user.pk): user for user in User.objects.filter(pk__in=_uuids(user_ids))}


def patients_of(patient_ids: Iterable[str]) -> dict[str, Patient]:
    """Patients by id, in one query."""
    return {str(one.pk): one for one in Patient.objects.filter(pk__in=_uuids(patient_ids))}


def people_called(text: str) -> list[str]:
    """Ids of those whose user name, name or role begins or goes like this."""
    if user_id := _uuid(text):
        return [str(user_id)]
    named = User.objects.alias(name=Concat("given_name", Value(" "), "family_name"))
    fits = Q(username__icontains=text) | Q(name__icontains=text) | _with_role(text)
    return [str(pk) for pk in named.filter(fits).values_list("pk", flat=True)[:MOST_PEOPLE]]


def patients_called(text: str) -> list[str]:
    """Ids of the likeliest patients of that name, record number, phone or birth date."""
    if patient_id := _uuid(text):
        return [str(patient_id)]
    return [str(patient.pk) for patient in find(text, most=MOST_PATIENTS)]


def _with_role(text: str) -> Q:
    roles = [role.value for role in Role if role.label.lower() == text.lower()]
    return Q(roles__overlap=roles) if roles else Q(pk__in=[])


def _uuids(texts: Iterable[str]) -> set[UUID]:
    return {found for found in map(_uuid, texts) if found}


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
