"""An import that is killed, interrupted or started twice ends up as one clean run."""

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from clinic.tests.imported import documents
from core.importing.models import ImportedResource
from core.importing.tests.samples import encounter, lines, observation, patient, to, write
from core.outbox.models import OutboxRow
from patients.models import Patient, Visit

PEOPLE, RESULTS_EACH = 400, 12
VOLATILE = ("updated_at",)
pytestmark = pytest.mark.fault


@pytest.fixture
def export(tmp_path) -> Path:
    """6,000 resources: a person, two visits and a dozen results each."""
    made = []
    for one in range(PEOPLE):
        made.append(patient(f"p{one}", birthDate=f"19{one % 100:02}-01-01"))
        made += [encounter(f"e{one}-{n}", f"p{one}") for n in range(2)]
        made += [
            observation(f"o{one}-{n}", f"p{one}", encounter=to(f"Encounter/e{one}-{n % 2}"))
            for n in range(RESULTS_EACH)
        ]
    return write(tmp_path / "export.ndjson", lines(*made))


@pytest.fixture
def start(transactional_db, tmp_path, export):
    """Starts an import in a process of its own on this test's databases."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.DATABASE_ROLE_URLS["owner"],
        "MONGODB_URL": settings.MONGODB_URL,
        "MONGODB_NAME": settings.MONGODB_NAME,
        "REDIS_URL": settings.REDIS_URL,
        "CLINIC_HOME": str(tmp_path),
        # This test opens what the import has sealed.
        "KEYS_FOLDER": str(settings.KEYS_FOLDER),
    }
    command = [sys.executable, "manage.py", "import_fhir", str(export), "--json"]

    def run() -> subprocess.Popen:
        return subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A runner in the background ignores Ctrl-C, and what it starts would do so too.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    return run


def wait_for_rows(process: subprocess.Popen, least: int) -> int:
    """Until so many resources are committed, while the import still runs."""
    ends = time.monotonic() + 60
    while (count := ImportedResource.objects.count()) < least:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends
        time.sleep(0.005)
    return count


def finish(process: subprocess.Popen) -> dict:
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return json.loads(out.splitlines()[-1])


def assert_it_is_as_after_one_clean_run() -> None:
    """Everything once, and everything where it belongs."""
    assert (Patient.objects.count(), Visit.objects.count()) == (PEOPLE, 2 * PEOPLE)
    rows = OutboxRow.objects.filter(kind="document")
    assert rows.count() == rows.values("entity_id").distinct().count() == PEOPLE * RESULTS_EACH
    owners = dict(Visit.objects.values_list("pk", "patient_id"))
    found = {(each["visit_id"], each["patient_id"]) for each in documents()}
    assert found == {(str(visit), str(owner)) for visit, owner in owners.items()}


def test_killed_in_the_middle_and_run_again_it_is_as_after_one_clean_run(start):
    reached = 0
    for least in (1, PEOPLE, 3000):
        process = start()
        wait_for_rows(process, max(least, reached))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        reached = ImportedResource.objects.count()
    assert 0 < reached < 6000

    made, again = finish(start()), finish(start())

    counted = made["resources"].values()
    assert sum(each["created"] for each in counted) > 0
    assert sum(each["unchanged"] for each in counted) >= reached - PEOPLE
    assert {each["created"] for each in again["resources"].values()} == {0}
    assert_it_is_as_after_one_clean_run()


def test_ctrl_c_says_how_to_go_on(start):
    process = start()
    wait_for_rows(process, 1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert (process.returncode, errors.splitlines()[-1:]) == (
        130,
        ["Interrupted. What was imported is kept; run the same command again to go on."],
    )
    assert ImportedResource.objects.count() < 6000
    finish(start())
    assert_it_is_as_after_one_clean_run()


def test_of_two_imports_at_once_one_is_told_to_wait(start):
    first = start()
    wait_for_rows(first, 1)
    second = start()
    _, errors = second.communicate(timeout=60)

    if second.returncode:  # Else the first had ended before the second began.
        assert errors.strip() == (
            "CommandError: Another import is running. Wait until it has finished."
        )
    finish(first)
    finish(start())
    assert_it_is_as_after_one_clean_run()
