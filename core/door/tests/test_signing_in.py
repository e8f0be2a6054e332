"""Coming in: as often as one may try, with the same words for every failure, and only to our pages."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.accounts.models import SignInAttempt, User
from core.accounts.roles import Role
from core.accounts.signing_in import MOST_PER_ADDRESS, MOST_PER_NAME, WINDOW
from core.databases import valkey

PASSWORD = "ben-takes-vitals"
WRONG = ["The user name or the password is wrong."]


@pytest.fixture
def ben(person, settings) -> User:
    # Argon2 takes its time on purpose; here it is the door that is looked at.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = person(Role.NURSE, username="ben")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, username: str = "ben", password: str = PASSWORD, **more):
    typed = {"username": username, "password": password, **more.pop("typed", {})}
    return client.post(reverse("accounts:sign_in"), typed, **more)


def said(answer) -> list[str]:
    return [str(e) for errors in answer.context["form"].errors.values() for e in errors]


def is_in(client: Client) -> bool:
    return client.get(reverse("profile:profile")).status_code == 200


@pytest.mark.parametrize("name", ["ben", "BEN", "Ben"])
def test_the_right_password_opens_whatever_the_case_of_the_name(client, ben, name):
    answer = sign_in(client, name)

    assert (answer.status_code, answer.headers["Location"], is_in(client)) == (302, "/start/", True)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ben", "wrong"), ("nobody", PASSWORD), ("ben ", "wrong"), ("b\u0435n", PASSWORD),
        ("' OR 1=1 --", "x"), ("{{7*7}}", "x"), ("%", PASSWORD), ("ben", PASSWORD + " "),
    ],
)  # fmt: skip
def test_every_failure_is_told_in_the_same_words(client, ben, name, password):
    answer = sign_in(client, name, password)

    assert (said(answer), is_in(client)) == (WRONG, False)


def test_somebody_who_has_left_is_told_no_more(client, ben):
    User.objects.update(is_active=False)

    assert (said(sign_in(client)), is_in(client)) == (WRONG, False)


def test_an_open_session_of_somebody_who_leaves_ends(client, ben):
    client.force_login(ben)
    User.objects.update(is_active=False)

    assert not is_in(client)


@pytest.mark.parametrize(
    ("name", "password"),
    [("ben\x00", PASSWORD), ("ben", "x\x00y"), ("b" * 151, "x"), ("ben", "x" * 1_025), ("", "")],
)
def test_what_cannot_be_typed_is_refused_without_counting(client, ben, name, password):
    answer = sign_in(client, name, password)

    assert said(answer) != []
    assert not is_in(client)
    assert SignInAttempt.objects.count() == 0


def test_a_password_of_ten_megabytes_is_refused_at_once(client, ben):
    begun = time.perf_counter()

    answer = sign_in(client, password="x" * 10_000_000)

    assert answer.status_code in (400, 413)
    assert time.perf_counter() - begun < 1.5
    assert not is_in(client)


def test_a_name_is_closed_after_five_failures_even_to_the_right_password(client, ben):
    for name in ("ben", "BEN", "Ben", "ben", "bEn"):
        assert said(sign_in(client, name, "wrong")) == WRONG

    answer = sign_in(client)

    assert said(answer) == ["Too many failed attempts. Try again in 15 minutes."]
    assert not is_in(client)
    assert SignInAttempt.objects.count() == MOST_PER_NAME


def test_an_unknown_name_is_closed_just_as_a_known_one(client, ben):
    for _ in range(MOST_PER_NAME):
        sign_in(client, "nobody", "wrong")

    assert said(sign_in(client, "nobody", "wrong")) == [
        "Too many failed attempts. Try again in 15 minutes."
    ]
    assert sign_in(client).status_code == 302


def test_an_address_is_closed_after_fifty_failures_over_many_names(client, ben):
    SignInAttempt.objects.bulk_create(
        SignInAttempt(username=f"name{n}", ip_address="10.0.0.7") for n in range(MOST_PER_ADDRESS)
    )

    here = sign_in(client, REMOTE_ADDR="10.0.0.7")
    elsewhere = sign_in(Client(), REMOTE_ADDR="10.0.0.8")

    assert said(here) == ["Too many failed attempts. Try again in 15 minutes."]
    assert elsewhere.status_code == 302


def test_a_name_opens_again_after_a_while(client, ben):
    SignInAttempt.objects.bulk_create(
        SignInAttempt(username="ben", at=timezone.now() - WINDOW - timedelta(seconds=1))
        for _ in range(MOST_PER_NAME)
    )

    assert sign_in(client).status_code == 302


def test_coming_in_forgets_the_failures_of_the_name(client, ben):
    for _ in range(MOST_PER_NAME - 1):
        sign_in(client, password="wrong")

    sign_in(client)

    assert SignInAttempt.objects.count() == 0


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "https://evil.example/x", "javascript:alert(1)", "/\\evil.example",
        "http:///evil.example", "\x00//evil.example", "///evil.example", "https:evil.example",
        "%2f%2fevil.example", "data:text/html,x",
    ],
)  # fmt: skip
def test_the_way_back_stays_in_the_house(client, ben, wanted):
    offered = client.get(reverse("accounts:sign_in"), {"next": wanted})
    answer = sign_in(client, typed={"next": wanted})

    assert "javascript:alert" not in offered.content.decode()
    assert answer.headers["Location"].startswith(("/", "%2f"))
    assert not answer.headers["Location"].startswith(("//", "/\\"))


def test_the_way_back_leads_to_where_one_came_from(client, ben):
    back = client.get("/patients/?q=okoro").headers["Location"]
    answer = client.post(back, {"username": "ben", "password": PASSWORD})

    assert (back, answer.headers["Location"]) == ("/sign-in/?next=/patients/%3Fq%3Dokoro", "/patients/?q=okoro")  # fmt: skip


def test_the_session_is_a_new_one_and_its_cookie_closed_to_scripts(client, ben):
    client.cookies[settings.SESSION_COOKIE_NAME] = "chosen-by-somebody-else"

    cookie = sign_in(client).cookies[settings.SESSION_COOKIE_NAME]

    assert cookie.value != "chosen-by-somebody-else"
    flags = (cookie["httponly"], cookie["samesite"], cookie["max-age"], bool(cookie["secure"]))
    assert flags == (True, "Lax", 12 * 3600, settings.SESSION_COOKIE_SECURE)


def test_signing_out_ends_the_session_itself(client, ben):
    sign_in(client)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_in(thief)

    answer = client.post(reverse("accounts:sign_out"))

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert [is_in(client), is_in(thief)] == [False, False]


@pytest.mark.parametrize("name", ["accounts:sign_in", "accounts:sign_out"])
def test_the_door_takes_no_form_of_another_site(ben, name):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ben)

    assert strict.post(reverse(name), {"username": "ben", "password": PASSWORD}).status_code == 403


def test_people_come_in_stay_in_and_are_counted_without_valkey(client, ben, no_valkey):
    with pytest.raises(redis.ConnectionError):
        valkey.client().ping()
    assert not cache.set("anything", 1)
    for _ in range(MOST_PER_NAME - 1):
        assert said(sign_in(client, password="wrong")) == WRONG

    assert sign_in(client).status_code == 302
    assert is_in(client)
    for _ in range(MOST_PER_NAME):
        sign_in(Client(), password="wrong")
    assert said(sign_in(Client()))[0].startswith("Too many failed attempts.")


def test_a_fragment_asked_for_after_the_session_ended_moves_the_page(client, ben):
    client.force_login(ben)
    client.session.flush()

    answer = client.get(
        "/patients/",
        {"q": "okoro"},
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/profile/?a=1"},
    )

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/profile/%3Fa%3D1"


def test_a_fragment_cannot_be_led_to_another_site(client, ben):
    headers = {"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"}

    answer = client.get("/patients/", headers=headers)

    assert answer.headers["HX-Redirect"] == "/sign-in/?next=/"


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_are_not_more_than_one_after_the_other(ben):
    def guess(n: int) -> int:
        try:
            return sign_in(Client(), "ben", f"guess {n}").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as together:
        answers = Counter(together.map(guess, range(12)))

    assert answers == {403: MOST_PER_NAME, 429: 12 - MOST_PER_NAME}
