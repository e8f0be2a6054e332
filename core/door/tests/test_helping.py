"""Somebody is locked out: `manage.py account`, and the same from the administration."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from core.accounts.models import User
from core.accounts.roles import Role
from core.accounts.signing_in import MOST_PER_NAME
from core.door.tests.conftest import app_of, facts, is_in, sign_in
from core.factors import recovery
from core.factors.models import RecoveryCode, SecondFactor
from core.outbox.models import OutboxRow


def account(*words: str) -> str:
    out = StringIO()
    call_command("account", *words, stdout=out)
    return out.getvalue()


def test_a_lost_phone_is_forgotten_and_the_sessions_end(client, ben):
    app_of(ben)
    recovery.make(ben)
    client.force_login(ben)

    said = account("reset-second-step", "BEN", "--reason", "lost his phone")

    assert said.startswith("1 taken away.")
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count(), is_in(client)) == (
        0,
        0,
        False,
    )
    assert sign_in(Client()).headers["Location"] == "/start/"
    row = OutboxRow.objects.get(action="second_factor_removed")
    assert (row.context["reason"], row.entity_id) == ("lost his phone", str(ben.pk))


def test_somebody_may_try_again_at_once(client, ben):
    for _ in range(MOST_PER_NAME):
        sign_in(client, password="wrong")
    assert sign_in(client).status_code == 429

    account("forget-failures", "ben", "--reason", "he stands before me")

    assert sign_in(client).status_code == 302
    assert facts("forget_failures") == ["forget_failures"]


def test_it_shows_what_somebody_has_and_no_secret(client, ben):
    secret = app_of(ben)
    client.force_login(ben)

    said = account("show", "ben")

    assert "Authenticator app: Phone" in said
    assert "Unknown device since" in said
    assert secret not in said
    assert client.cookies["sessionid"].value not in said


@pytest.mark.parametrize("words", [["show", "nobody"], ["end-sessions", "ben"]])
def test_what_cannot_be_is_said(ben, words):
    with pytest.raises(CommandError):
        account(*words)


def act(client: Client, name: str, *users: User):
    typed = {"action": name, "_selected_action": [str(user.pk) for user in users]}
    return client.post("/admin/core/user/", typed, follow=True)


def test_an_administrator_takes_away_a_colleagues_and_not_his_own(client, ben, person):
    seth = person(Role.ADMINISTRATOR, username="seth", is_staff=True)
    for user in (ben, seth):
        app_of(user)
    client.force_login(seth)

    page = act(client, "take_away_second_steps", ben, seth).content.decode()

    assert [one.user for one in SecondFactor.objects.all()] == [seth]
    assert "Take your own away on your profile." in page
    assert facts("second_factor_removed") == ["second_factor_removed"]


def test_an_administrator_takes_nothing_from_somebody_who_may_do_everything(client, person):
    seth = person(Role.ADMINISTRATOR, username="seth", is_staff=True)
    app_of(chief := person(username="chief", is_superuser=True))
    client.force_login(seth)

    act(client, "take_away_second_steps", chief)

    assert SecondFactor.objects.count() == 1


def test_an_administrator_ends_all_sessions_of_somebody(client, ben, person):
    here = Client()
    here.force_login(ben)
    client.force_login(person(Role.ADMINISTRATOR, username="seth", is_staff=True))

    act(client, "end_sessions", ben)

    assert not is_in(here)


COOKIES = """
import json
from django.conf import settings as s
names = [s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME]
print(json.dumps([names, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_PATH,
                  s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN]))
"""


@pytest.mark.parametrize(("https", "prefix"), [("on", "__Host-"), ("off", "")])
def test_by_https_cookies_belong_to_this_very_host(https, prefix, monkeypatch):
    monkeypatch.setenv("HTTPS", https)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "clinic.settings")

    said = subprocess.run([sys.executable, "-c", COOKIES], capture_output=True, check=True).stdout

    is_secure = https == "on"
    names = [f"{prefix}sessionid", f"{prefix}csrftoken"]
    assert json.loads(said) == [names, is_secure, is_secure, "/", None, None]
