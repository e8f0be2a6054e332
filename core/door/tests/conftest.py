"""Somebody with a password, and the ways he comes in."""

import time

import pyotp
import pytest
from django.test import Client

from core.accounts.models import User
from core.accounts.roles import Role
from core.factors import totp
from core.outbox.models import OutboxRow

PASSWORD = "ben-takes-vitals"


@pytest.fixture
def ben(person, settings) -> User:
    # Argon2 takes its time on purpose; here it is the door that is looked at.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    user = person(Role.NURSE, username="ben", given_name="Ben")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, username: str = "ben", password: str = PASSWORD, **more):
    return client.post("/sign-in/", {"username": username, "password": password, **more})


def second(client: Client, code: str):
    return client.post("/sign-in/second-step/", {"code": code})


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def app_of(user: User) -> str:
    """An authenticator app of the person; its secret. What it showed by now is spent."""
    factor = totp.begin(user)
    secret = totp.secret_of(factor)
    totp.confirm(user, code(secret), name="Phone")
    # As if half a minute had gone by.
    type(factor).objects.filter(pk=factor.pk).update(last_step=0)
    return secret


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows, or showed so many half minutes ago."""
    return pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + steps)


def facts(*actions: str) -> list[str]:
    """The named acts in the order they were reported, without rows' changes."""
    rows = OutboxRow.objects.filter(kind="fact").order_by("id")
    return [row.action for row in rows if not actions or row.action in actions]
