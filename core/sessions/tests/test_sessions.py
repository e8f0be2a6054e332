"""Where somebody is signed in: told, renewed, ended."""

import pytest
from django.db import connection
from django.test import Client

from core.accounts import people
from core.accounts.models import User
from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from core.sessions import ending
from core.sessions.devices import device
from core.sessions.models import OpenSession

PASSWORD = "ben-takes-vitals"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0"


@pytest.fixture
def ben(person, settings) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = person(Role.NURSE, username="ben")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def seth(person) -> User:
    return person(Role.ADMINISTRATOR, username="seth", is_staff=True)


def signed_in(user: User, **more) -> Client:
    client = Client(**more)
    answer = client.post("/sign-in/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def ended() -> int:
    return OutboxRow.objects.filter(action="session_ended").count()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8", "Unknown device"), ("", "Unknown device"),
    ],
)  # fmt: skip
def test_a_device_is_told_in_words(agent, words):
    assert device(agent) == words


def test_the_profile_tells_each_session_and_marks_this_one(ben):
    here = signed_in(ben, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="10.0.0.7")
    signed_in(ben, REMOTE_ADDR="10.0.0.8")

    page = here.get("/profile/")
    text = page.content.decode()

    assert [one.ip_address for one in page.context["sessions"]] == ["10.0.0.8", "10.0.0.7"]
    assert "Firefox on Windows" in text
    assert text.count("This one") == 1
    assert here.cookies["sessionid"].value not in text


def test_one_session_is_ended_and_no_other(ben):
    here, there, third = signed_in(ben), signed_in(ben), signed_in(ben)
    chosen = ben.sessions.get(session_key=there.cookies["sessionid"].value)

    here.post(f"/profile/sessions/{chosen.pk}/end/")

    assert [is_in(here), is_in(there), is_in(third)] == [True, False, True]
    assert ended() == 1


def test_all_others_are_ended(ben):
    here, there, third = signed_in(ben), signed_in(ben), signed_in(ben)

    here.post("/profile/sessions/end-others/")

    assert [is_in(here), is_in(there), is_in(third)] == [True, False, False]
    assert ended() == 2


def test_nobody_ends_a_colleagues_session(ben, person):
    here = signed_in(ben)
    other = Client()
    other.force_login(person(Role.CLINICIAN))

    answer = other.post(f"/profile/sessions/{ben.sessions.get().pk}/end/")

    assert (answer.status_code, is_in(here)) == (404, True)


def test_a_new_password_ends_the_others_and_gives_this_one_a_new_key(ben):
    here, there = signed_in(ben), signed_in(ben)
    old = here.cookies["sessionid"].value
    new = "a sentence nobody guesses"

    here.post(
        "/profile/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    )

    assert here.cookies["sessionid"].value != old
    assert [is_in(here), is_in(there), ben.sessions.count()] == [True, False, 1]
    changed = OutboxRow.objects.get(action="change_password")
    assert changed.context["ip_address"] == "127.0.0.1"


def test_a_change_of_roles_gives_a_new_key_at_the_next_page(ben, seth):
    here = signed_in(ben)
    old = here.cookies["sessionid"].value
    fresh = User.objects.get(pk=ben.pk)
    fresh.roles = [Role.NURSE, Role.MANAGER]
    people.save(fresh, by=seth)

    assert is_in(here)
    renewed = here.cookies["sessionid"].value
    is_in(here)

    assert (renewed != old, here.cookies["sessionid"].value) == (True, renewed)


def test_sessions_of_who_leaves_end_for_good(ben, seth):
    here = signed_in(ben)
    fresh = User.objects.get(pk=ben.pk)
    for active in (False, True):
        fresh.is_active = active
        people.save(fresh, by=seth)

    assert (is_in(here), ben.sessions.count()) == (False, 0)


def test_signing_in_over_a_session_of_somebody_else_ends_that_one(ben, person):
    amina = person(Role.CLINICIAN, username="amina")
    amina.set_password(PASSWORD)
    amina.save()
    client = Client()
    client.force_login(amina)
    client.post("/sign-out/")

    client.post("/sign-in/", {"username": "ben", "password": PASSWORD})

    assert (ben.sessions.count(), amina.sessions.count()) == (1, 0)


def test_a_late_answer_brings_no_ended_session_back(ben):
    here = signed_in(ben)
    session = here.session
    session["anything"] = 1
    ending.end_all(ben)

    with pytest.raises(Exception, match=r".*"):
        session.save()
    assert ben.sessions.count() == 0


# --- Passwords that somebody else has given ---------------------------------------------------------

GIVEN, OWN = "given-by-the-house", "known to me alone"


@pytest.fixture
def administration(client, seth, settings) -> Client:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    client.force_login(seth)
    return client


def change(client: Client, old: str, new: str):
    typed = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/profile/password/", typed)


def test_a_password_that_an_administrator_gave_is_good_for_one_thing(administration):
    new = {"username": "mary", "password1": GIVEN, "password2": GIVEN, "usable_password": "true"}
    administration.post("/admin/core/user/add/", {**new, "roles": [Role.NURSE]})
    mary = Client()
    mary.post("/sign-in/", {"username": "mary", "password": GIVEN})

    led = mary.get("/patients/?q=a").headers["Location"]
    kept = change(mary, GIVEN, GIVEN)
    changed = change(mary, GIVEN, OWN)

    assert led == "/profile/password/?next=%2Fpatients%2F%3Fq%3Da"
    assert (kept.status_code, changed.status_code) == (422, 302)
    assert mary.get("/patients/?q=a").status_code == 200


def test_a_password_given_to_somebody_ends_their_sessions(administration, ben):
    here = signed_in(ben)
    typed = {"password1": GIVEN, "password2": GIVEN, "usable_password": "true", "set-password": "1"}

    administration.post(f"/admin/core/user/{ben.pk}/password/", typed)

    ben.refresh_from_db()
    assert (ben.check_password(GIVEN), ben.must_change_password) == (True, True)
    assert not is_in(here)


def test_an_administrator_changes_his_own_on_the_profile(administration, seth):
    answer = administration.get(f"/admin/core/user/{seth.pk}/password/")

    assert answer.headers["Location"] == "/profile/"


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("eleven-sign", "This password is too short"),
        ("password1234", "This password is soon guessed."),
        ("123456789012", "This password is soon guessed."),
        ("sethclinic2026", "This password is soon guessed."),
        ("qwertyuiop[]", "This password is soon guessed."),
    ],
)
def test_short_and_common_passwords_are_refused(ben, new, sentence):
    here = signed_in(ben)

    answer = change(here, PASSWORD, new)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_password_of_128_signs_in_any_script_is_taken(ben):
    here, new = signed_in(ben), "пароль 密码 🔑 " * 10 + "end of a long"

    assert len(new) >= 128
    assert change(here, PASSWORD, new).status_code == 302
    assert User.objects.get(pk=ben.pk).check_password(new)


def test_who_reads_the_table_or_a_backup_of_it_cannot_come_in(ben):
    client = signed_in(ben)
    key = client.cookies["sessionid"].value
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_key FROM sessions")
        [(stored,)] = cursor.fetchall()

    thief = Client()
    thief.cookies["sessionid"] = stored
    assert (is_in(client), is_in(thief), key in stored) == (True, False, False)
    assert OpenSession.objects.get(session_key=key).session_key == stored
