"""The second step: codes, recovery codes, who must have one, and that each counts once."""

import re

import pytest
from django.test import Client

from core.accounts.models import SignInAttempt
from core.accounts.roles import Role
from core.accounts.signing_in import MOST_PER_NAME
from core.door import halfway
from core.door.tests.conftest import PASSWORD, app_of, code, facts, is_in, second, sign_in
from core.factors import recovery, totp
from core.factors.models import RecoveryCode, SecondFactor
from core.outbox.models import OutboxRow

WRONG = ["This code does not count. Wait for the next one and type that."]


def said(answer) -> list[str]:
    return [str(e) for errors in answer.context["form"].errors.values() for e in errors]


def test_the_password_alone_is_not_enough_where_there_is_an_app(client, ben):
    secret = app_of(ben)

    first = sign_in(client, next="/patients/")
    assert (first.headers["Location"], is_in(client)) == ("/sign-in/second-step/", False)

    answer = second(client, code(secret))
    assert (answer.status_code, answer.headers["Location"], is_in(client)) == (
        302,
        "/patients/",
        True,
    )
    login = OutboxRow.objects.get(action="login")
    assert login.changes == {"second_step": "totp"}


def test_a_code_counts_once_also_for_two_at_once(client, ben):
    secret = app_of(ben)
    shown = code(secret)
    sign_in(client)
    other = Client()
    sign_in(other)

    assert second(client, shown).status_code == 302
    assert said(second(other, shown)) == WRONG
    assert (is_in(client), is_in(other)) == (True, False)
    assert facts("second_factor_failed") == ["second_factor_failed"]


def test_an_older_code_than_the_last_one_is_refused(client, ben):
    secret = app_of(ben)
    assert totp.check(ben, code(secret))

    assert not totp.check(ben, code(secret, steps=-1))


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_half_a_minute_wrong_does_not_matter(ben, steps):
    secret = app_of(ben)

    assert totp.check(ben, code(secret, steps=steps))


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_clock_further_out_does(ben, steps):
    secret = app_of(ben)

    assert not totp.check(ben, code(secret, steps=steps))


def test_guessing_codes_is_counted_with_the_passwords_and_a_right_password_resets_nothing(
    client, ben
):
    app_of(ben)
    tried = 0
    for _ in range(MOST_PER_NAME):
        if sign_in(client).status_code == 429:
            break
        tried += second(client, "000000").status_code == 403

    assert tried == 2
    assert sign_in(Client()).status_code == 429
    assert SignInAttempt.objects.filter(username="ben").count() == MOST_PER_NAME


def test_coming_in_by_both_steps_forgets_the_failures(client, ben):
    secret = app_of(ben)
    sign_in(client)
    second(client, "000000")

    assert second(client, code(secret)).status_code == 302
    assert SignInAttempt.objects.count() == 0


def test_the_second_step_is_nobodys_without_the_password(client, ben):
    secret = app_of(ben)

    assert second(client, code(secret)).headers["Location"] == "/sign-in/"
    assert not is_in(client)


def test_who_takes_too_long_begins_again(client, ben, monkeypatch):
    secret = app_of(ben)
    monkeypatch.setattr(halfway, "LASTS_SECONDS", -1)
    sign_in(client)

    assert second(client, code(secret)).headers["Location"] == "/sign-in/"
    assert not is_in(client)


def test_who_leaves_between_the_steps_does_not_come_in(client, ben):
    secret = app_of(ben)
    sign_in(client)
    type(ben).objects.update(is_active=False)

    assert second(client, code(secret)).status_code == 302
    assert not is_in(client)


def test_a_recovery_code_lets_in_once(client, ben):
    app_of(ben)
    codes = recovery.make(ben)
    sign_in(client)

    answer = second(client, codes[3].upper().replace("-", " "))

    assert (answer.status_code, is_in(client), recovery.left(ben)) == (302, True, 9)
    other = Client()
    sign_in(other)
    assert said(second(other, codes[3])) == WRONG


def test_recovery_codes_are_ten_different_and_kept_as_digests(ben):
    codes = recovery.make(ben)

    kept = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert (len(set(codes)), len(kept)) == (10, 10)
    assert not any(
        one in digest or one.replace("-", "") in digest for one in codes for digest in kept
    )


def test_new_recovery_codes_make_the_old_ones_worthless(ben):
    old = recovery.make(ben)
    recovery.make(ben)

    assert not recovery.spend(ben, old[0])


def test_nobody_uses_a_colleagues_code(ben, person):
    codes = recovery.make(ben)
    amina = person(Role.CLINICIAN)

    assert not recovery.spend(amina, codes[0])
    assert not totp.check(amina, code(app_of(ben)))


def test_the_secret_is_sealed_and_bound_to_its_row(ben, person):
    secret = app_of(ben)
    mine = SecondFactor.objects.get(user=ben)
    app_of(amina := person(Role.CLINICIAN))
    theirs = SecondFactor.objects.get(user=amina)

    assert secret.encode() not in bytes(mine.secret)
    theirs.secret = mine.secret
    with pytest.raises(Exception, match=r".+"):
        totp.secret_of(theirs)


def test_codes_are_counted_while_valkey_is_gone(client, ben, no_valkey):
    app_of(ben)
    sign_in(client)

    answers = [second(client, "000000").status_code for _ in range(MOST_PER_NAME)]

    assert answers == [403] * (MOST_PER_NAME - 1) + [429]


# --- Setting up -------------------------------------------------------------------------------


def set_up(client, typed=None, **more):
    """GET the secret, POST its code."""
    page = client.get("/profile/second-step/app/")
    shown = page.context["secret"].replace(" ", "")
    return client.post(
        "/profile/second-step/app/", {"name": "My phone", "code": typed or code(shown), **more}
    )


def test_an_app_is_set_up_with_its_first_code_and_ten_codes_are_shown_once(client, ben):
    sign_in(client)

    answer = set_up(client)

    assert len(answer.context["codes"]) == 10
    assert [one.name for one in SecondFactor.objects.all()] == ["My phone"]
    assert facts("second_factor_added", "recovery_codes_made") == ["second_factor_added", "recovery_codes_made"]  # fmt: skip
    assert client.get("/profile/second-step/").context["codes_left"] == 10


def test_an_app_that_shows_another_code_does_not_count(client, ben):
    sign_in(client)

    answer = set_up(client, "000000")

    assert answer.status_code == 422
    assert not SecondFactor.objects.exclude(confirmed_at=None).exists()
    assert sign_in(Client()).headers["Location"] == "/start/"


def test_adding_the_first_one_ends_the_sessions_that_have_shown_none(client, ben):
    sign_in(client)
    elsewhere = Client()
    sign_in(elsewhere)

    set_up(client)

    assert (is_in(client), is_in(elsewhere)) == (True, False)


def test_who_came_in_a_while_ago_is_asked_for_the_password_before_anything_changes(client, ben):
    client.force_login(ben)
    ben.sessions.update(signed_in_at="2026-01-01T00:00Z")

    refused = set_up(client)
    wrong = set_up(client, password="not this")
    assert (refused.status_code, wrong.status_code) == (422, 422)
    assert not SecondFactor.objects.exclude(confirmed_at=None).exists()

    assert set_up(client, password=PASSWORD).status_code == 200
    assert SecondFactor.objects.exclude(confirmed_at=None).count() == 1


@pytest.fixture
def with_app(client, ben):
    """Ben has an app and ten codes, and came in a while ago. His app's secret."""
    secret = app_of(ben)
    recovery.make(ben)
    client.force_login(ben)
    ben.sessions.update(signed_in_at="2026-01-01T00:00Z")
    return secret


def removal():
    return f"/profile/second-step/{SecondFactor.objects.get().pk}/remove/"


def test_removing_asks_for_all_that_the_door_asks_and_takes_the_codes_along(client, with_app):
    both = {"password": PASSWORD, "present_code": code(with_app)}

    for name in both:
        assert client.post(removal(), {name: both[name]}).status_code == 422
    assert client.post(removal(), {**both, "present_code": "000000"}).status_code == 422
    assert client.post(removal(), {**both, "password": "not this"}).status_code == 422
    assert SecondFactor.objects.count() == 1


def test_no_two_fields_of_the_page_bear_one_id(client, with_app):
    page = client.get("/profile/second-step/").content.decode()

    ids = re.findall(r' id="([^"]+)"', page)
    assert "proof-password" in ids
    assert len(ids) == len(set(ids))


def test_with_both_it_is_removed(client, with_app):
    both = {"password": PASSWORD, "present_code": code(with_app)}

    assert client.post(removal(), both).status_code == 302
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert facts("second_factor_removed") == ["second_factor_removed"]


def test_a_second_app_and_new_codes_ask_for_the_code_of_the_first(client, with_app):
    added = {"password": PASSWORD, "present_code": code(with_app)}
    assert set_up(client, password=PASSWORD).status_code == 422
    assert client.post("/profile/second-step/codes/", {"password": PASSWORD}).status_code == 422
    refused = client.post(
        "/profile/second-step/passkey/options/", {"name": "x", "password": PASSWORD}
    )
    assert refused.json()["error"].startswith("Code of the second step you have")

    assert set_up(client, **added).status_code == 302
    assert SecondFactor.objects.exclude(confirmed_at=None).count() == 2


def test_a_recovery_code_does_for_whoever_has_lost_the_app(client, with_app, ben):
    spare = recovery.make(ben)[0]

    both = {"password": PASSWORD, "present_code": spare}
    assert client.post(removal(), both).status_code == 302


def test_guessing_the_present_code_is_counted_with_the_passwords(client, with_app):
    tries = {"password": PASSWORD, "present_code": "000000"}
    for _ in range(MOST_PER_NAME + 1):
        answer = client.post(removal(), tries)

    assert "Too many" in answer.content.decode()


def test_a_colleagues_factor_is_not_found(client, ben, person):
    app_of(amina := person(Role.CLINICIAN))
    sign_in(client)

    answer = client.post(f"/profile/second-step/{SecondFactor.objects.get().pk}/remove/")

    assert (answer.status_code, SecondFactor.objects.get().user) == (404, amina)


# --- Asked for by a role ----------------------------------------------------------------------


@pytest.fixture
def enforced(settings) -> None:
    settings.SECOND_FACTOR_ROLES = ["nurse"]


def test_whose_role_asks_for_one_is_led_to_set_it_up_and_nowhere_else(client, ben, enforced):
    sign_in(client)

    led = client.get("/patients/?q=a")
    fragment = client.get("/menu/", headers={"HX-Request": "true"})
    posted = client.post("/profile/theme/", {"theme": "dark"}, headers={"Accept": "*/*"})

    assert led.headers["Location"] == "/profile/second-step/?next=%2Fpatients%2F%3Fq%3Da"
    assert fragment.headers["HX-Redirect"] == "/profile/second-step/"
    assert posted.status_code == 403
    assert client.get("/profile/second-step/").status_code == 200


def test_once_set_up_everything_is_open(client, ben, enforced):
    sign_in(client)
    set_up(client)

    assert client.get("/patients/?q=a").status_code == 200


def test_the_last_one_stays_while_a_role_asks_for_it(client, ben, enforced):
    sign_in(client)
    set_up(client)

    answer = client.post(f"/profile/second-step/{SecondFactor.objects.get().pk}/remove/")

    assert answer.status_code == 422
    assert "Your role asks for a second step" in answer.content.decode()
    assert SecondFactor.objects.count() == 1


def test_a_session_from_before_the_rule_shows_its_second_step_at_the_door(client, ben, settings):
    app_of(ben)
    client.force_login(ben)
    settings.SECOND_FACTOR_ROLES = ["nurse"]

    client.get("/profile/second-step/")

    assert not is_in(client)
    assert ben.sessions.count() == 0


def test_other_roles_are_not_asked(client, ben, settings):
    settings.SECOND_FACTOR_ROLES = ["administrator"]

    assert sign_in(client).headers["Location"] == "/start/"
    assert is_in(client)
