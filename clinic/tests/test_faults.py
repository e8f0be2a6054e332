"""Whatever is killed, nothing that was acknowledged is missing, and the desk goes on working."""

import signal
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from core.testing.founding import founded
from core.testing.killing import kill_under_load, pending
from core.testing.load import Journal, Person, Tally
from core.testing.oracle import Oracle

pytestmark = pytest.mark.fault
DELAYED = "are delayed: their store does not answer"
LONGEST_PAGE_SECONDS = 2.0


@pytest.fixture(scope="module")
def clinic():
    with tempfile.TemporaryDirectory(prefix="seth-clinic-faults-") as folder:
        # PostgreSQL runs as another user, which must be able to walk down to its folder.
        Path(folder).chmod(0o711)
        with founded(Path(folder)) as running:
            yield running


@pytest.fixture
def nurse(clinic, tmp_path) -> Person:
    """Somebody at work whose patient is registered, and whose steps are written down."""
    person = Person(clinic, Journal(tmp_path / "journal.ndjson"), Tally())
    person.sign_in()
    person.register()
    settle(clinic)
    until_nothing_is_delayed(person)
    return person


def settle(clinic) -> None:
    deadline = time.monotonic() + 30
    while pending(clinic):
        assert time.monotonic() < deadline, "the outbox did not drain"
        time.sleep(0.1)


def until_nothing_is_delayed(person: Person) -> None:
    """A fault of the test before may still keep the pages from asking MongoDB."""
    deadline = time.monotonic() + 15
    while DELAYED in person.call("GET", f"/patients/{person.patient}/").text:
        assert time.monotonic() < deadline, "documents stay delayed"
        time.sleep(0.2)


def work_a_round(person: Person) -> str:
    """Every kind of step; returns the record as it looks afterwards."""
    person.tally.slowest.clear()
    for step in (person.edit, person.write_note, person.take_vitals):
        step()
    page = person.call("GET", f"/patients/{person.patient}/")
    return page.text if page is not None else ""


def verdict(clinic, person: Person) -> tuple[int, int, int]:
    found = Oracle(clinic).judge(person.journal)
    return found.missing, found.extra, found.disorder


@pytest.mark.parametrize("name", ["mongod", "valkey", "relay", "daphne", "postgres"])
def test_nothing_acknowledged_is_lost_doubled_or_out_of_order_by_kills(clinic, tmp_path, name):
    found = kill_under_load(clinic, name, 2, tmp_path)

    assert {key: found[key] for key in ("missing", "extra", "disorder", "signed_out")} == {
        "missing": 0, "extra": 0, "disorder": 0, "signed_out": 0,
    }  # fmt: skip
    assert found["acknowledged"] > 10
    assert "500" not in found["failed"]


@contextmanager
def stopped(clinic, name):
    """Stopped like a machine that hangs: connections stay open and nothing answers."""
    clinic.started[name].send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        clinic.started[name].send_signal(signal.SIGCONT)


@contextmanager
def killed(clinic, name):
    clinic.kill(name)
    try:
        yield
    finally:
        clinic.start(name)


@pytest.mark.parametrize("fault", [killed, stopped])
@pytest.mark.parametrize("name", ["mongod", "valkey", "relay"])
def test_the_desk_goes_on_and_what_it_wrote_arrives_on_return(clinic, nurse, name, fault):
    written = len(nurse.journal.lines())
    with fault(clinic, name):
        first, second = work_a_round(nurse), work_a_round(nurse)
        slowest = max(nurse.tally.slowest.values())
    settle(clinic)

    last_note = [line["word"] for line in nurse.journal.lines() if line["kind"] == "note"][-1]
    assert (nurse.tally.failed, nurse.tally.signed_out) == ({}, 0)
    assert len(nurse.journal.lines()) == written + 6
    assert last_note in second, "one's own note is on the page at once"
    assert (DELAYED in first, DELAYED in second) == ((name == "mongod"), (name == "mongod"))
    assert slowest < LONGEST_PAGE_SECONDS
    assert verdict(clinic, nurse) == (0, 0, 0)


def test_without_postgresql_pages_say_so_and_nothing_pretends_to_be_saved(clinic, nurse):
    written = len(nurse.journal.lines())
    clinic.kill("postgres")
    try:
        page = nurse.call("GET", f"/patients/{nurse.patient}/")
        nurse.write_note()
        live = httpx.get(f"{clinic.url}/health/live", timeout=2).status_code
        health = httpx.get(f"{clinic.url}/api/sync/health", timeout=2)
    finally:
        clinic.start("postgres")
    while not clinic.answers():
        time.sleep(0.1)
    again = nurse.call("GET", f"/patients/{nurse.patient}/")

    assert (page.status_code, "does not answer. Nothing was saved" in page.text) == (503, True)
    assert len(nurse.journal.lines()) == written
    assert (live, health.status_code, health.json()["status"]) == (200, 503, "unhealthy")
    assert again.status_code == 200, "the session outlives a restart"


def test_signing_in_and_its_throttle_do_without_valkey(clinic, tmp_path):
    stranger = httpx.Client(base_url=clinic.url, timeout=10)
    stranger.get("/sign-in/")
    token = {"X-CSRFToken": stranger.cookies["csrftoken"]}
    wrong = {"username": "somebody", "password": "guess"}
    with stopped(clinic, "valkey"):
        pages = [stranger.post("/sign-in/", data=wrong, headers=token).text for _ in range(6)]
        nurse = Person(clinic, Journal(tmp_path / "journal.ndjson"), Tally())
        nurse.sign_in()

    assert ["Too many failed attempts" in page for page in pages] == [False] * 5 + [True]
    assert max(nurse.tally.slowest.values()) < LONGEST_PAGE_SECONDS


def test_a_standby_relay_takes_over_within_seconds(clinic, nurse):
    """Two relays by mistake: one works, and when it dies the other does."""
    first = clinic.started["relay"]
    clinic.start("relay")
    try:
        time.sleep(3)
        nurse.write_note()
        settle(clinic)
        first.kill()
        first.wait(10)
        nurse.write_note()
        started = time.monotonic()
        settle(clinic)
    finally:
        first.kill()

    assert time.monotonic() - started < 5
    assert verdict(clinic, nurse) == (0, 0, 0)


def test_health_tells_lag_and_set_aside_rows_to_operators_only(clinic, nurse):
    """A row that MongoDB refuses, and one that waits for a relay that is not there."""
    with psycopg.connect(clinic.env["DATABASE_SUPERUSER_URL"], autocommit=True) as postgres:
        postgres.execute("UPDATE users SET roles = '{manager}' WHERE username = 'joy'")
        poison = postgres.execute(
            "INSERT INTO outbox (kind, stream, entity_type, entity_id, action, state, last_error)"
            " VALUES ('fact', 'poison', 'thing', '1', 'view', 'x', 'unfit') RETURNING id"
        ).fetchone()
        try:
            with killed(clinic, "relay"):
                nurse.write_note()
                time.sleep(2.1)
                told = operator(clinic).get("/api/sync/health").json()
            anyone = httpx.get(f"{clinic.url}/api/sync/health").json()
        finally:
            postgres.execute("DELETE FROM outbox WHERE id = %s", poison)

    assert (told["status"], told["outbox_set_aside"]) == ("degraded", 1)
    assert told["outbox_pending"] > 0
    assert told["outbox_lag_s"] > 1
    assert not {"outbox_pending", "outbox_lag_s", "outbox_set_aside"} & set(anyone)


def operator(clinic) -> httpx.Client:
    client = httpx.Client(base_url=clinic.url, timeout=10)
    client.get("/sign-in/")
    token = {"X-CSRFToken": client.cookies["csrftoken"]}
    words = {"username": "joy", "password": "joy-at-the-desk"}
    assert client.post("/sign-in/", data=words, headers=token).status_code == 302
    return client
