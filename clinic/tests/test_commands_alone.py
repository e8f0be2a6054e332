"""Commands in a home whose servers are not up: one sentence that says how to start them."""

import os
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings

from core.embedded import servers

START = "start the clinic with bin/up, or check CLINIC_HOME and"
COUNT = "from patients.models import Patient; Patient.objects.count()"
NAMES = "from core.databases import database_service as s; s.get_mongo_collection('x').find_one()"
BOTH = "from core.databases import database_service as s; s.initialize()"
OURS = tuple(name.removesuffix("URL") for name in servers.SERVERS)
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


def manage(home, *command, **variables):
    """Run it without the servers of the tests; give what it said and how long it took."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env={**kept, "CLINIC_HOME": str(home), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done, time.monotonic() - began


@pytest.fixture
def silent():
    """A server that takes connections and never answers, as a stopped one does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def startup_seconds(tmp_path_factory):
    """What any command takes before it does anything."""
    return manage(tmp_path_factory.mktemp("home"), "check")[1]


@pytest.mark.parametrize("command", POSTGRESQL_FIRST, ids=lambda command: command[0])
def test_a_command_says_that_nothing_was_started_here(tmp_path, command):
    done, _ = manage(tmp_path, *command)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"PostgreSQL has never been started here: {START} DATABASE_URL.\n"


def test_a_command_that_needs_mongodb_names_it(tmp_path):
    for command in (["prepare_mongo"], ["shell", "-v0", "-c", NAMES]):
        done, _ = manage(tmp_path, *command)

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"MongoDB has never been started here: {START} MONGODB_URL.\n"


@pytest.mark.fault
def test_a_stopped_postgresql_is_given_up_after_its_deadline(tmp_path, silent, startup_seconds):
    url = f"postgresql://clinic_app:hunter2@127.0.0.1:{silent}/seth_clinic"

    for command in (["migrate"], ["shell", "-v0", "-c", COUNT], ["relay"]):
        done, seconds = manage(tmp_path, *command, DATABASE_URL=url)

        assert done.returncode == 1
        assert done.stderr == (
            f"PostgreSQL at 127.0.0.1:{silent} does not answer: {START} DATABASE_URL.\n"
        )
        assert seconds < startup_seconds + 4


@pytest.mark.fault
def test_a_stopped_mongodb_is_given_up_after_its_deadline(tmp_path, silent, startup_seconds):
    url = f"mongodb://clinic_app:hunter2@127.0.0.1:{silent}/seth_clinic_mongo"

    done, seconds = manage(tmp_path, "prepare_mongo", MONGODB_URL=url)

    assert done.returncode == 1
    assert done.stderr == f"MongoDB at 127.0.0.1:{silent} does not answer: {START} MONGODB_URL.\n"
    assert seconds < startup_seconds + 4


def test_a_refusal_is_told_in_postgresqls_own_words(tmp_path):
    wrong = settings.DATABASE_ROLE_URLS["app"].replace("clinic_app:", "clinic_app:not-")

    done, _ = manage(tmp_path, "showmigrations", DATABASE_URL=wrong)

    assert done.returncode == 1
    assert "password authentication failed" in done.stderr
    assert "not-" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_checking_migrations_needs_no_server_and_waits_for_none(tmp_path):
    done, _ = manage(tmp_path, "makemigrations", "--check", "--dry-run")

    assert (done.returncode, done.stdout) == (0, "No changes detected\n")
    assert "pool" not in done.stderr
