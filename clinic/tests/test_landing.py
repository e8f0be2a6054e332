"""Where each role begins the day."""

import pytest
from django.urls import reverse

from core.accounts.roles import Role

BEGINS = {
    Role.RECEPTIONIST: "/queue/",
    Role.NURSE: "/triage/",
    Role.CLINICIAN: "/queue/",
    Role.LAB: "/lab/",
    Role.PHARMACIST: "/pharmacy/",
    Role.CASHIER: "/till/",
    Role.MANAGER: "/",
    Role.ADMINISTRATOR: "/",
    Role.AUDITOR: "/audit/",
}


@pytest.mark.parametrize("role", Role)
def test_each_role_lands_at_its_work_and_may_open_it(role, person, client):
    client.force_login(person(role))

    answer = client.get(reverse("start"), follow=True)

    assert answer.redirect_chain == [(BEGINS[role], 302)]
    assert answer.status_code == 200


def test_who_has_two_roles_lands_at_the_first(person, client):
    client.force_login(person(Role.CASHIER, Role.RECEPTIONIST))

    assert client.get(reverse("start")).headers["Location"] == "/till/"
