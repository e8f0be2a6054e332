"""Commands in a home whose servers are not up: one sentence that says how to start them."""

import socket

import pytest
from django.conf import settings

from core.testing.commands import manage

# A call without a deadline waits for ever; on a busy machine starting Python takes its time too.
NOT_HELD_UP_SECONDS = 30
START = "start the clinic with bin/up, or check CLINIC_HOME and"
COUNT = "from patients.models import Patient; Patient.objects.count()"
NAMES = "from core.databases import database_service as s; s.get_mongo_collection('x').find_one()"
POSTGRESQL_FIRST = [
    ["migrate"],
    ["showmigrations"],
    ["shell", "-v0", "-c", COUNT],
    ["import_fhir", str(settings.BASE_DIR / "core/importing")],
    ["relay"],
    ["make_demo"],
    ["load_reference"],
    ["createsuperuser", "--username=x"],
    ["changepassword", "joy"],
]


@pytest.fixture
def silent():
    """A server that takes connections and never answers, as a stopped one does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("command", POSTGRESQL_FIRST, ids=lambda command: command[0])
def test_a_command_says_that_nothing_was_started_here(tmp_path, command):
    done = manage(tmp_path, *command)

    assert (done.code, done.out) == (1, "")
    assert done.errors == f"PostgreSQL has never been started here: {START} DATABASE_URL.\n"


def test_a_command_that_needs_mongodb_names_it(tmp_path):
    for command in (["prepare_mongo"], ["shell", "-v0", "-c", NAMES]):
        done = manage(tmp_path, *command)

        assert (done.code, done.out) == (1, "")
        assert done.errors == f"MongoDB has never been started here: {START} MONGODB_URL.\n"


@pytest.mark.fault
def test_a_stopped_postgresql_is_given_up_after_its_deadline(tmp_path, silent):
    url = f"postgresql://clinic_app:hunter2@127.0.0.1:{silent}/seth_clinic"

    for command in (["migrate"], ["shell", "-v0", "-c", COUNT], ["relay"]):
        done = manage(tmp_path, *command, DATABASE_URL=url)

        assert done.code == 1
        assert done.errors == (
            f"PostgreSQL at 127.0.0.1:{silent} does not answer: {START} DATABASE_URL.\n"
        )
        assert done.seconds < NOT_HELD_UP_SECONDS


@pytest.mark.fault
def test_a_stopped_mongodb_is_given_up_after_its_deadline(tmp_path, silent):
    url = f"mongodb://clinic_app:hunter2@127.0.0.1:{silent}/seth_clinic_mongo"

    done = manage(tmp_path, "prepare_mongo", MONGODB_URL=url)

    assert done.code == 1
    assert done.errors == f"MongoDB at 127.0.0.1:{silent} does not answer: {START} MONGODB_URL.\n"
    assert done.seconds < NOT_HELD_UP_SECONDS


def test_a_refusal_is_told_in_postgresqls_own_words(tmp_path):
    wrong = settings.DATABASE_ROLE_URLS["app"].replace("clinic_app:", "clinic_app:not-")

    done = manage(tmp_path, "showmigrations", DATABASE_URL=wrong)

    assert done.code == 1
    assert "password authentication failed" in done.errors
    assert "not-" not in done.errors
    assert len(done.errors.splitlines()) == 1


def test_checking_migrations_needs_no_server_and_waits_for_none(tmp_path):
    done = manage(tmp_path, "makemigrations", "--check", "--dry-run")

    assert (done.code, done.out) == (0, "No changes detected\n")
    assert "pool" not in done.errors
