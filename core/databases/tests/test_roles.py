"""The role the web works as, ours and somebody else's."""

import subprocess

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from core.embedded import up
from core.outbox.models import OutboxRow
from core.testing import databases
from core.testing.running import environment
from patients.models import Room


def as_superuser() -> str:
    return databases.superuser_url(connection.settings_dict["NAME"])


@pytest.mark.parametrize("role", ["app", "owner", "relay"])
def test_none_of_our_roles_is_a_superuser(transactional_db, settings, role):
    with psycopg.connect(settings.DATABASE_ROLE_URLS[role]) as held:
        found = held.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()

    assert found == (False, False, False)


def test_a_superuser_is_warned_about_and_an_ordinary_role_is_not(
    transactional_db, settings, capsys
):
    call_command("check", databases=["default"])
    ordinary = "".join(capsys.readouterr())
    settings.DATABASE_ROLE_URLS = {**settings.DATABASE_ROLE_URLS, "app": as_superuser()}

    call_command("check", databases=["default"])

    warned = "".join(capsys.readouterr())
    assert ("core.W001" in ordinary, "core.W001" in warned) == (False, True)
    assert "PostgreSQL role postgres is a superuser" in warned


def test_a_superusers_url_works_and_its_writes_are_reported(transactional_db):
    """All roles fall back to the one URL that is given."""
    env = environment(5000) | {
        name: as_superuser()
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_RELAY_URL")
    }
    write = "from patients.models import Room; Room.objects.create(name='Theirs')"
    for command in (["migrate", "-v0"], ["shell", "--no-imports", "-c", write]):
        subprocess.run([*up.MANAGE, *command], env={**env, "PATH": ""}, check=True)

    assert Room.objects.get().name == "Theirs"
    assert [row.entity_type for row in OutboxRow.objects.all()] == ["room"]
