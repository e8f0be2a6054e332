"""`manage.py test_databases` against servers of its own, whole, damaged and stopped."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from core.databases import mongo
from core.embedded import mongod, postgres, processes, servers, valkey
from core.testing.commands import manage, surroundings

ALL = list(servers.SERVERS.values())
CHECKS = 22
# A call without a deadline waits for ever; on a busy machine starting Python takes its time too.
NOT_HELD_UP_SECONDS = 30


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Iterator[Path]:
    """A prepared clinic without pages: three durable servers."""
    made = tmp_path_factory.mktemp("home")
    servers.start(made, ALL)
    try:
        for command in ("migrate", "prepare_mongo"):
            assert manage(made, command).code == 0
        yield made
    finally:
        servers.stop(made, ALL)


@pytest.fixture
def urls(home) -> dict[str, str]:
    return json.loads((home / "servers.json").read_text())


@pytest.fixture
def relay(home) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "relay"], cwd=settings.BASE_DIR, env=surroundings(home)
    )
    yield
    process.terminate()
    process.wait(15)


@contextmanager
def stopped(home, server) -> Iterator[None]:
    parent = psutil.Process(processes.running_pid(home, server.NAME))
    family = [parent, *parent.children(recursive=True)]
    for member in family:
        member.suspend()
    try:
        yield
    finally:
        for member in family:
            member.resume()


def traces(urls) -> tuple:
    """Everything a test document could leave behind."""
    with psycopg.connect(urls["DATABASE_SUPERUSER_URL"]) as connection:
        rows = connection.execute("SELECT count(*) FROM outbox").fetchone()
    with MongoClient(urls["MONGODB_ROOT_URL"]) as client:
        database = client[mongod.DATABASE]
        found = {
            name: database[name].count_documents({}) for name in database.list_collection_names()
        }
    return rows, found


def wait_for_relay(urls) -> None:
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with psycopg.connect(urls["DATABASE_SUPERUSER_URL"], autocommit=True) as connection:
        deadline = time.monotonic() + 20
        while connection.execute(held).fetchone() == (0,):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_a_whole_clinic_passes_and_nothing_is_left_behind(home, urls, relay):
    wait_for_relay(urls)
    before = traces(urls)

    done = manage(home, "test_databases")

    assert (done.code, done.errors) == (0, "")
    assert done.out.count("✓") == CHECKS
    assert "outbox, relay, MongoDB" in done.out
    assert traces(urls) == before


def test_without_a_relay_it_says_so_and_nothing_is_left_behind(home, urls):
    before = traces(urls)

    done = manage(home, "test_databases")

    assert done.code == 0
    assert done.errors == (
        "No relay runs, so the document went directly: start `manage.py relay`.\n"
    )
    assert traces(urls) == before


@pytest.mark.fault
def test_a_stopped_server_is_named_and_holds_nothing_up(home):
    for server, name in ((mongod, "MongoDB"), (postgres, "PostgreSQL"), (valkey, "Valkey")):
        with stopped(home, server):
            done = manage(home, "test_databases")

        lines = [line for line in done.errors.splitlines() if not line.startswith("No relay")]
        assert done.code == 1
        assert [line.partition(" at ")[0] for line in lines] == [f"CommandError: {name}"]
        assert "did not answer" in lines[0] or "does not answer" in lines[0]
        assert done.seconds < NOT_HELD_UP_SECONDS


def test_what_is_missing_is_named_with_its_remedy(home, urls):
    with MongoClient(urls["MONGODB_ROOT_URL"]) as client:
        database = client[mongod.DATABASE]
        database.analytics.drop_index("event_type_1_timestamp_-1")
        database.command("collMod", "clinical_data", validator={})
    with psycopg.connect(urls["DATABASE_SUPERUSER_URL"]) as connection:
        connection.execute("ALTER TABLE patients DISABLE TRIGGER USER")
    try:
        done = manage(home, "test_databases")
    finally:
        manage(home, "prepare_mongo")
        with psycopg.connect(urls["DATABASE_SUPERUSER_URL"]) as connection:
            connection.execute("ALTER TABLE patients ENABLE TRIGGER USER")

    sentences = done.errors.replace("CommandError: ", "").splitlines()
    assert done.code == 1
    assert sentences[-2:] == [
        "MongoDB's validators are missing or old: clinical_data. Run `manage.py prepare_mongo`.",
        "MongoDB lacks indexes of analytics. Run `manage.py prepare_mongo`.",
    ]
    assert sentences[-3].startswith("PostgreSQL lacks ")
    assert sentences[-3].endswith("so changes go unrecorded. Run `manage.py migrate`.")
    assert manage(home, "test_databases").code == 0


def test_a_superuser_and_a_root_user_are_doubted(home, urls):
    given = {
        "DATABASE_URL": urls["DATABASE_SUPERUSER_URL"],
        "MONGODB_URL": urls["MONGODB_ROOT_URL"],
    }

    done = manage(home, "test_databases", **given)

    assert done.code == 0
    assert done.errors.splitlines()[:2] == [
        "The pages work as postgres, a superuser: give DATABASE_URL a role without rights.",
        "clinic_root may change the audit: give MONGODB_URL a user that only adds.",
    ]


def test_the_archiver_takes_out_of_the_log_and_does_nothing_else(home, urls):
    with MongoClient(urls["MONGODB_ARCHIVER_URL"]) as client:
        database = client.get_default_database()
        assert mongo.may_remove(database.audit_logs)
        for forbidden in (
            lambda: database.audit_logs.find_one(),
            lambda: database.audit_logs.insert_one({}),
            lambda: database.audit_logs.update_one({}, {"$set": {"x": 1}}),
            lambda: database.clinical_data.delete_one({"_id": "x"}),
        ):
            with pytest.raises(OperationFailure, match="not authorized"):
                forbidden()


def test_a_clinic_without_an_archiver_is_told_before_a_year_is_over(home, urls):
    done = manage(home, "test_databases", MONGODB_ARCHIVER_URL=urls["MONGODB_URL"])

    assert done.code == 0
    assert done.errors.splitlines()[0] == (
        "Entries of audit_logs a year old cannot be archived: give MONGODB_ARCHIVER_URL a user that"
        " may remove there."
    )


def test_a_server_that_may_lose_what_it_confirmed_fails(home, urls):
    with psycopg.connect(urls["DATABASE_SUPERUSER_URL"], autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET full_page_writes = off")
        connection.execute("SELECT pg_reload_conf()")
    try:
        done = manage(home, "test_databases")
    finally:
        with psycopg.connect(urls["DATABASE_SUPERUSER_URL"], autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET full_page_writes")
            connection.execute("SELECT pg_reload_conf()")

    assert done.code == 1
    assert "set full_page_writes to on" in done.errors
