"""A restricted record is shut at every address, whatever the address calls its part."""

import pytest
from django.urls import reverse

from clinic.tests.test_doors import (
    DOORS,
    USERS,
    WHO,
    address,
    patient,  # noqa: F401  (a fixture)
    value_for,
)
from core.accounts.models import User
from core.accounts.roles import Role
from patients.domain import glass
from patients.models import Patient
from patients.queries import whose
from patients.views.glass import NOT_GATED

NOBODYS = {
    "item_id", "key", "form", "object_id", "kind", "act", "code", "grant_id", "name", "session_id",
    "factor_id",
}  # fmt: skip
"""Parts of addresses that lead to nobody's record."""


def is_gated(name: str) -> bool:
    permission = getattr(DOORS[name].callback, "permission", "")
    return bool(permission) and not permission.startswith(NOT_GATED)


GATED = sorted(name for name in DOORS if is_gated(name))
OF_A_PATIENT = [n for n in GATED if whose.parts() & set(DOORS[n].pattern.converters)]


def test_every_part_of_a_gated_address_is_somebodys_or_said_to_be_nobodys():
    unknown = {
        name: parts
        for name in GATED
        if not (parts := set(DOORS[name].pattern.converters)) & whose.parts() and parts - NOBODYS
    }

    assert unknown == {}


def belongs_to(one: Patient, name: str) -> bool:
    """Some things of the small clinic are another patient's."""
    parts = {key: value_for(key, one) for key in DOORS[name].pattern.converters}
    return Patient.objects.filter(pk=one.pk, pk__in=whose.patient_in(parts)).exists()


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.NURSE, Role.PHARMACIST, Role.LAB])
def test_none_of_them_opens(role, patient, client):  # noqa: F811
    user = User.objects.get(username=USERS[role])
    noor = User.objects.get(username=USERS[Role.AUDITOR])
    glass.restrict(patient.pk, kind="vip", by=noor)
    client.force_login(user)

    mine = [name for name in OF_A_PATIENT if name in WHO and role in WHO[name]]
    asked = [name for name in mine if belongs_to(patient, name)]
    opened = [name for name in asked if client.get(address(name, patient)).status_code == 200]

    assert (len(asked) > 5, opened) == (True, [])


def test_the_same_opens_after_breaking_it(patient, client):  # noqa: F811
    amina = User.objects.get(username=USERS[Role.CLINICIAN])
    noor = User.objects.get(username=USERS[Role.AUDITOR])
    glass.restrict(patient.pk, kind="vip", by=noor)
    glass.break_glass(patient.pk, reason="emergency", words="Fell down the stairs", by=amina)
    client.force_login(amina)

    page = client.get(reverse("patients:record", args=[patient.pk]))

    assert (page.status_code, b"glass-open" in page.content) == (200, True)
