"""An archiver that is killed again and again loses no entry and keeps none twice."""

import os
import random
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import transaction

from audit import files
from audit.domain.verifying import verify
from audit.domain.walk import Verdict
from audit.models import Archive
from audit.tests.logs import state, write
from core.databases import mongo
from core.outbox.domain import put_fact
from core.relay.sinks import CODEC_RAW
from core.testing import report

ENTRIES, STRETCH, KILLS = 20_000, 1000, 25
pytestmark = pytest.mark.fault
RUN = f"""
import django; django.setup()
from datetime import timedelta
from django.utils import timezone
from audit.domain import archiving
archiving.MOST = {STRETCH}
print("begins", flush=True)
archiving.archive(before=timezone.now() + timedelta(seconds=1), reason="a test")
"""


@pytest.fixture
def log(relay, settings, tmp_path) -> dict[str, bytes]:
    """20,000 sealed entries by their id, a thousand from checkpoint to checkpoint."""
    settings.AUDIT_CHECKPOINTS = tmp_path / "checkpoints.jsonl"
    settings.AUDIT_ARCHIVE = tmp_path / "archive"
    relay()
    for _ in range(ENTRIES // STRETCH):
        with transaction.atomic():
            for number in range(STRETCH):
                put_fact("view", entity_type="patient", entity_id=f"p{number}")
        relay()
        state()
    write(1, relay)
    return live()


def live() -> dict[str, bytes]:
    log = mongo.collection("audit_logs").with_options(CODEC_RAW)
    return {entry["_id"]: bytes(entry.raw) for entry in log.find()}


def archived() -> list[tuple[str, bytes]]:
    return [
        (entry["_id"], bytes(entry.raw))
        for one in Archive.objects.all()
        for entry in files.read(files.path_of(one.name))
    ]


def start() -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "DATABASE_URL": settings.DATABASE_ROLE_URLS["app"],
        "MONGODB_URL": settings.MONGODB_URL,
        "MONGODB_ARCHIVER_URL": settings.MONGODB_ARCHIVER_URL,
        "MONGODB_NAME": settings.MONGODB_NAME,
        "REDIS_URL": settings.REDIS_URL,
        "KEYS_FOLDER": str(settings.KEYS_FOLDER),
        "AUDIT_CHECKPOINTS": str(settings.AUDIT_CHECKPOINTS),
        "AUDIT_ARCHIVE": str(settings.AUDIT_ARCHIVE),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=settings.BASE_DIR, env=environment,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "begins\n"
    return process


def test_each_entry_is_in_one_place_whenever_the_archiver_is_killed(log):
    moments = random.Random(7)
    killed = 0
    for _ in range(KILLS):
        process = start()
        time.sleep(moments.uniform(0.0, 0.35))
        process.kill()
        killed += process.wait() != 0
        kept = archived()
        assert dict(kept) | live() == log | added(log)
        assert len(kept) == len(dict(kept))
    assert Archive.objects.exists()
    assert start().wait(60) == 0

    kept = dict(archived())
    assert len(kept) == ENTRIES
    assert kept.keys().isdisjoint(live())
    assert verify(with_archive=True).verdict == Verdict.INTACT
    report.tell("archive", f"{ENTRIES} entries, {killed} kills, 0 lost, 0 twice")


def added(log: dict[str, bytes]) -> dict[str, bytes]:
    """What the archiver itself told meanwhile."""
    return {one: raw for one, raw in live().items() if one not in log}
