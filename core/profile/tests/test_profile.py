"""Changing one's own account and password."""

import pytest
from django.test import Client

from core.accounts.models import User
from core.accounts.roles import Role
from core.testing.pages import form_on

OLD, NEW = "ben-takes-vitals", "a sentence nobody guesses"


@pytest.fixture
def ben(person) -> User:
    user = person(Role.NURSE, given_name="Ben", family_name="Okafor", email="ben@example.org")
    user.set_password(OLD)
    user.save()
    user.refresh_from_db()
    return user


@pytest.fixture
def own(client, ben) -> Client:
    client.force_login(ben)
    return client


def offered(own: Client) -> dict[str, list[str]]:
    return form_on(own.get("/profile/"), "profile")


def names() -> tuple[str, ...]:
    user = User.objects.get()
    return (user.title, user.given_name, user.email, user.version)


def test_what_is_changed_is_saved(own, ben):
    answer = own.post("/profile/", {**offered(own), "title": "Dr"})

    assert (answer.status_code, names()) == (302, ("Dr", "Ben", "ben@example.org", ben.version + 1))


@pytest.mark.parametrize(
    ("field", "typed"),
    [("email", "nowhere"), ("title", "x" * 21), ("given_name", "a\x00b"), ("phone", "1" * 41)],
)
def test_bad_input_is_said_beside_the_field_and_kept(own, ben, field, typed):
    answer = own.post("/profile/", {**offered(own), field: typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert answer.context["form"][field].value() == typed
    assert names() == ("", "Ben", "ben@example.org", ben.version)


def test_an_account_changed_meanwhile_shows_both_versions(own, ben):
    form = offered(own)
    fresh = User.objects.get()
    fresh.email, fresh.title = "admin-set@example.org", "Dr"
    fresh.save(update_fields=["email", "title"])

    answer = own.post("/profile/", {**form, "email": "own@example.org"})

    compared = answer.context["compared"]
    assert answer.status_code == 409
    assert [row.name for row in compared.both] == ["email"]
    assert [(row.name, row.choice) for row in compared.one] == [("title", "theirs")]
    assert names()[2] == "admin-set@example.org"

    chosen = own.post("/profile/", {**form_on(answer, "versions"), "choose-email": "mine"})
    assert chosen.status_code == 302
    assert names()[:3] == ("Dr", "Ben", "own@example.org")


def change(own: Client, old: str = OLD, new: str = NEW, again: str | None = None):
    typed = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return own.post("/profile/password/", typed)


def test_a_new_password_ends_every_other_session_and_not_this_one(own, ben):
    elsewhere = Client()
    elsewhere.force_login(ben)

    answer = change(own)

    assert answer.status_code == 302
    assert [own.get("/profile/").status_code, elsewhere.get("/profile/").status_code] == [200, 302]
    assert User.objects.get().check_password(NEW)


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", NEW, None, "old_password"),
        (OLD, "short", None, "new_password2"),
        (OLD, NEW, NEW + "!", "new_password2"),
        (OLD, "x" * 2_000, None, "new_password1"),
        ("x" * 2_000, NEW, None, "old_password"),
        (OLD, "a\x00bcdefghijklmno", None, "new_password1"),
    ],
)
def test_a_password_refused_changes_nothing(own, ben, old, new, again, field):
    elsewhere = Client()
    elsewhere.force_login(ben)

    answer = change(own, old, new, again)

    errors = answer.context["password_form"].errors
    assert answer.status_code == 422
    assert field in errors
    assert User.objects.get().check_password(OLD)
    assert elsewhere.get("/profile/").status_code == 200
