"""Passkeys: to come in alone, as the second step; and what is no passkey of this house."""

import json

import pytest
from django.test import Client

from core.accounts.models import SignInAttempt
from core.accounts.roles import Role
from core.accounts.signing_in import MOST_PER_ADDRESS
from core.door.tests.conftest import facts, is_in, sign_in
from core.factors.models import SecondFactor
from core.outbox.models import OutboxRow
from core.testing.authenticator import PRESENT, Authenticator

ORIGIN, HOUSE = "http://testserver", "testserver"


@pytest.fixture
def stick() -> Authenticator:
    return Authenticator(ORIGIN, HOUSE)


@pytest.fixture
def registered(ben, stick) -> Authenticator:
    client = Client()
    sign_in(client)
    assert register(client, stick).json() == {"next": "/profile/second-step/", "codes": True}
    return stick


def send(client, address: str, body) -> object:
    return client.post(address, json.dumps(body), content_type="application/json")


def register(client, stick, **change):
    options = client.post("/profile/second-step/passkey/options/", {"name": "Stick"}).json()
    return send(client, "/profile/second-step/passkey/", stick.create({**options, **change}))


def show(client, stick, address="/sign-in/passkey/", **how):
    options = client.post("/sign-in/passkey/options/").json()
    return send(client, address, stick.get(options, **how))


def test_a_passkey_lets_in_alone(client, registered):
    answer = show(client, registered, "/sign-in/passkey/?next=/patients/")

    assert (answer.json(), is_in(client)) == ({"next": "/patients/"}, True)
    assert OutboxRow.objects.filter(action="login").order_by("id").last().changes == {"second_step": "passkey"}  # fmt: skip


def test_a_passkey_is_a_second_step_too(client, registered):
    assert sign_in(client).headers["Location"] == "/sign-in/second-step/"

    assert show(client, registered).json() == {"next": "/start/"}
    assert is_in(client)


def test_a_colleagues_passkey_is_no_second_step(client, registered, person):
    amina = person(Role.CLINICIAN, username="amina")
    amina.set_password("amina-sees-patients")
    amina.save()
    own = Client()
    sign_in(own, "amina", "amina-sees-patients")
    register(own, Authenticator(ORIGIN, HOUSE))
    sign_in(client, "amina", "amina-sees-patients")

    assert show(client, registered).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    "stick",
    [
        Authenticator("http://evil.example", HOUSE),
        Authenticator(ORIGIN, "evil.example"),
    ],
    ids=["of another site", "for another house"],
)
def test_what_another_site_got_signed_is_refused(client, ben, stick):
    sign_in(client)

    assert register(client, stick).status_code == 422
    assert SecondFactor.objects.count() == 0


def test_an_answer_to_another_question_is_refused(client, registered):
    asked = client.post("/sign-in/passkey/options/").json()
    old = registered.get(asked)
    client.post("/sign-in/passkey/options/")

    assert send(client, "/sign-in/passkey/", old).status_code == 403
    assert not is_in(client)


def test_an_answer_counts_once(client, registered):
    answer = registered.get(client.post("/sign-in/passkey/options/").json())
    assert send(client, "/sign-in/passkey/", answer).status_code == 200
    other = Client()

    assert send(other, "/sign-in/passkey/", answer).status_code == 403
    assert not is_in(other)


def test_without_finger_or_pin_it_does_not_count(client, registered):
    assert show(client, registered, flags=PRESENT).status_code == 403
    assert not is_in(client)


def test_a_copied_key_that_counts_backwards_is_refused(client, registered):
    show(Client(), registered)
    show(Client(), registered)
    registered.count = 0

    assert show(client, registered).status_code == 403


def test_a_passkey_of_somebody_who_has_left_opens_nothing(client, registered, ben):
    type(ben).objects.update(is_active=False)

    assert show(client, registered).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "7", "{}", '{"credential": null}', '{"credential": {"id": "x"}}',
             '{"credential": {"id": "\\u0000", "response": []}}', '{"credential": ' + "[" * 5000 + "}"]
)  # fmt: skip
def test_what_is_no_passkey_is_refused_in_words(client, registered, body):
    client.post("/sign-in/passkey/options/")

    answer = client.post("/sign-in/passkey/", body, content_type="application/json")

    assert answer.status_code == 403
    assert answer.json()["error"].startswith("This passkey was not accepted.")


def test_it_is_asked_for_under_another_challenge_each_time(client, db):
    first, second = (client.post("/sign-in/passkey/options/").json() for _ in range(2))

    assert first["challenge"] != second["challenge"]
    assert (first["userVerification"], first["allowCredentials"]) == ("required", [])


def test_the_same_stick_is_not_added_twice(client, registered):
    sign_in(client)
    show(client, registered)

    assert register(client, registered).status_code == 422
    assert SecondFactor.objects.count() == 1


def test_failures_of_nobody_count_for_the_address(client, registered):
    stranger = Authenticator(ORIGIN, HOUSE)
    SignInAttempt.objects.bulk_create(
        SignInAttempt(username="x", ip_address="127.0.0.1") for _ in range(MOST_PER_ADDRESS)
    )

    assert show(client, stranger).status_code == 429


def test_adding_and_failing_is_reported(client, registered):
    sign_in(client)
    show(client, Authenticator(ORIGIN, HOUSE))

    assert facts("second_factor_added", "second_factor_failed") == [
        "second_factor_added", "second_factor_failed",
    ]  # fmt: skip
