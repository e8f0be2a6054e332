"""Who works with money."""

import pytest

from core.accounts.roles import Role
from patients.tests.people import patient as somebody


@pytest.fixture
def cashier(person):
    return person(Role.CASHIER, given_name="Peter", family_name="Nguyen")


@pytest.fixture
def manager(person):
    return person(Role.MANAGER, given_name="Ruth", family_name="Abebe")


@pytest.fixture
def patient(db):
    return somebody()
