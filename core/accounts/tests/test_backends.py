"""What an administrator's right to tables reaches, and what not."""

import pytest

from core.accounts.roles import Role


@pytest.mark.parametrize("permission", ["patients.change_visit", "billing.view_invoice"])
def test_administrators_may_manage_tables(person, permission):
    assert person(Role.ADMINISTRATOR).has_perm(permission)


@pytest.mark.parametrize(
    "permission",
    [
        "patients.view_clinical",
        "billing.view_balance",
        "audit.view_record",
        "patients.view_nothing",
    ],
)
def test_a_right_that_only_sounds_like_a_tables_is_not_theirs(person, permission):
    assert not person(Role.ADMINISTRATOR).has_perm(permission)
