"""The whole demo clinic, its maker killed again and again."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings

from clinic.models import DemoStep
from core.outbox.models import OutboxRow
from patients.models import LabRequest, Patient, PrescriptionItem, Visit

PATIENTS, VISITS_AT_LEAST = 205, 4000
KILLED_AFTER_SECONDS = (3.5, 5.0, 9.0)


@pytest.fixture
def start(transactional_db, tmp_path):
    """Starts a maker of its own process on this test's databases."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.DATABASE_ROLE_URLS["owner"],
        "MONGODB_URL": settings.MONGODB_URL,
        "MONGODB_NAME": settings.MONGODB_NAME,
        "REDIS_URL": settings.REDIS_URL,
        "CLINIC_HOME": str(tmp_path),
        "CLINIC_DEMO": "1",
    }
    command = [sys.executable, "manage.py", "make_demo", "--json"]

    def run() -> subprocess.Popen:
        return subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return run


def finish(process: subprocess.Popen) -> dict:
    out, errors = process.communicate(timeout=180)
    assert process.returncode == 0, errors
    return json.loads(out.splitlines()[-1])


@pytest.mark.fault
def test_killed_at_any_moment_it_ends_up_complete_and_nothing_is_there_twice(start):
    for seconds in KILLED_AFTER_SECONDS:
        process = start()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()

    made, again = finish(start()), finish(start())

    assert made["patients"] == again["patients"] == Patient.objects.count() == PATIENTS
    assert {facts["is_new"] for facts in again["steps"].values()} == {False}
    assert Visit.objects.count() > VISITS_AT_LEAST
    assert LabRequest.objects.filter(test=None, code_system="http://loinc.org").count() < 10
    assert PrescriptionItem.objects.filter(item=None).count() == 0
    assert DemoStep.objects.count() == len(made["steps"]) + 1
    documents = OutboxRow.objects.filter(kind="document")
    assert documents.values("entity_id").distinct().count() == documents.count()
