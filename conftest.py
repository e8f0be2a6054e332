"""Fixtures every test may use: two fresh databases, a relay to run by hand, people of each role."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import TransactionTestCase

from core.accounts.models import User
from core.accounts.roles import Role
from core.crypto.held import held
from core.databases import mongo, valkey
from core.relay.delivery import Delivery
from core.relay.loop import connected
from core.testing import databases

pytest_plugins = [
    "core.testing.refusing",
    "core.testing.report",
    "core.testing.running",
    "core.testing.spread",
]


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Databases of this test process, cloned from a migrated template."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock():
        databases.create(worker)
        TransactionTestCase._fixture_teardown = lambda self: databases.empty()  # type: ignore[attr-defined]
    yield
    with django_db_blocker.unblock():
        databases.destroy(worker)


@pytest.fixture(autouse=True)
def no_held_keys() -> None:
    """A key of the last test's database is not in this one's."""
    held.clear()


@pytest.fixture
def relay(transactional_db: None) -> Iterator[Callable[[], int]]:
    """Deliver all that waits; call it after writing. Returns how many rows went."""
    with connected() as connection:
        delivery = Delivery(connection, mongo.database())

        def run() -> int:
            total = 0
            while rows := delivery.run_once():
                total += rows
            return total

        yield run


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """`person(Role.NURSE)` gives somebody with that role."""

    def make(*roles: Role, **fields: Any) -> User:
        name = fields.pop("username", f"{'-'.join(roles) or 'nobody'}-{User.objects.count()}")
        user = User(username=name, roles=list(roles), **fields)
        user.set_unusable_password()
        user.save()
        return user

    return make


@pytest.fixture
def no_valkey(settings: Any) -> Iterator[None]:
    """REDIS_URL leads to a port where nobody listens."""
    settings.REDIS_URL = "redis://127.0.0.1:1"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1"}}
    valkey.client.cache_clear()
    yield
    valkey.client.cache_clear()
