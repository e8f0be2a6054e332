"""Users and roles, through the administration."""

import pytest
from django.urls import reverse

from core.accounts import people
from core.accounts.models import User
from core.accounts.roles import Role
from core.errors import NotAllowed
from core.outbox.models import OutboxRow

ADD = "/admin/core/user/add/"
GOOD = "correct-horse-battery"


@pytest.fixture
def seth(client, person) -> User:
    user = person(Role.ADMINISTRATOR, username="seth", is_staff=True)
    client.force_login(user)
    return user


def new(**fields) -> dict:
    given = {"username": "mary", "password1": GOOD, "password2": GOOD, "usable_password": "true"}
    return {**given, "roles": [Role.NURSE], **fields}


def change(user: User, **fields) -> dict:
    roles = {"roles": user.roles, "is_active": "on"} if user.is_active else {"roles": user.roles}
    return {"username": user.username, "password": "", **roles, **fields}


def url(user: User) -> str:
    return reverse("admin:core_user_change", args=[user.pk])


def test_a_new_nurse_can_sign_in_and_who_let_her_in_is_known(client, seth):
    answer = client.post(ADD, new())

    mary = User.objects.get(username="mary")
    row = OutboxRow.objects.get(entity_id=str(mary.pk), operation="I")
    assert answer.status_code == 302
    assert (mary.roles, mary.is_staff, mary.check_password(GOOD)) == ([Role.NURSE], False, True)
    assert row.context["user_id"] == str(seth.pk)
    assert GOOD not in str(row.changes)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password1": "short", "password2": "short"}, "This password is too short"),
        ({"password2": "another-one-12"}, "The two password fields didn"),
        ({"username": "SETH"}, "already exists"),
        ({"roles": ["king"]}, "Select a valid choice."),
    ],
)
def test_an_unfit_user_is_refused_with_a_sentence(client, seth, fields, sentence):
    answer = client.post(ADD, new(**fields))

    assert (answer.status_code, User.objects.count()) == (200, 1)
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("fields", [{"roles": []}, {"is_active": ""}])
def test_the_last_administrator_stays_one(client, seth, fields):
    other = User(username="other", roles=[Role.ADMINISTRATOR], is_active=False)
    other.save()

    answer = client.post(url(seth), change(seth, **fields))

    seth.refresh_from_db()
    assert "last administrator" in answer.content.decode()
    assert (seth.roles, seth.is_active) == ([Role.ADMINISTRATOR], True)


def test_one_of_two_administrators_may_go(client, seth, person):
    person(Role.ADMINISTRATOR, username="second")

    client.post(url(seth), {"username": "seth", "roles": [Role.ADMINISTRATOR]})

    seth.refresh_from_db()
    assert seth.is_active is False


def test_nobody_gives_himself_what_he_may_not_do(client, seth):
    answer = client.post(url(seth), change(seth, roles=[Role.ADMINISTRATOR, Role.CLINICIAN]))

    seth.refresh_from_db()
    assert "You cannot give yourself" in answer.content.decode()
    assert seth.roles == [Role.ADMINISTRATOR]


def test_only_somebody_who_may_do_everything_grants_that(client, seth, person):
    ben = person(Role.NURSE, username="ben")

    answer = client.post(url(ben), change(ben, is_superuser="on"))

    ben.refresh_from_db()
    assert "may do everything" in answer.content.decode()
    assert ben.is_superuser is False


def test_a_nurse_changes_nobody(person):
    nurse, other = person(Role.NURSE), person(Role.CASHIER)

    with pytest.raises(NotAllowed):
        people.save(other, by=nurse)
