"""The whole clinic by one command: killed, started again, told that its port is taken, ended."""

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from core.embedded.home import free_port
from core.testing.commands import manage, surroundings

LONGEST_END_SECONDS = 15


class Clinic:
    """`manage.py up` in a home of its own."""

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port
        self.given = {"PORT": str(port), "CLINIC_DEMO": "off"}

    def start(self) -> None:
        """Returns at the ready line."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=settings.BASE_DIR,
            env=surroundings(self.home, **self.given),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert any(
            f"is ready: http://localhost:{self.port}" in line for line in self.process.stdout
        )

    def family(self) -> list[psutil.Process]:
        files = (self.home / "run").glob("*.json")
        kept = [psutil.Process(json.loads(file.read_text())["pid"]) for file in files]
        below = [child for each in kept for child in each.children(recursive=True)]
        return [psutil.Process(self.process.pid), *kept, *below]

    def urls(self) -> dict[str, str]:
        return json.loads((self.home / "servers.json").read_text())


@pytest.fixture
def clinic(tmp_path):
    made = Clinic(tmp_path, free_port())
    yield made
    if made.process.poll() is None:
        made.process.terminate()
        made.process.wait(30)


def running(processes: list[psutil.Process]) -> list[str]:
    return [p.name() for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.fault
def test_killed_started_again_and_ended(clinic, tmp_path_factory):
    clinic.start()
    with psycopg.connect(clinic.urls()["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE words AS SELECT 'kept' AS word")
    first, prepared = clinic.family(), (clinic.home / "prepared").stat().st_mtime_ns
    for process in first:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    clinic.process.wait(10)

    clinic.start()

    with psycopg.connect(clinic.urls()["DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SELECT word FROM words").fetchall() == [("kept",)]
    assert running(first) == []
    # Nothing has changed, so nothing is migrated or collected again.
    assert (clinic.home / "prepared").stat().st_mtime_ns == prepared

    other = manage(tmp_path_factory.mktemp("other"), "up", **clinic.given)
    assert (other.code, other.out) == (1, "")
    assert other.errors.startswith(f"CommandError: Port {clinic.port} is taken. Set PORT to ")
    assert len(other.errors.splitlines()) == 1
    same = manage(clinic.home, "up", PORT=str(free_port()))
    assert (same.code, same.errors) == (
        1,
        f"CommandError: A clinic is running in {clinic.home} already.\n",
    )

    second, began = clinic.family(), time.monotonic()
    clinic.process.send_signal(signal.SIGINT)
    clinic.process.wait(LONGEST_END_SECONDS)
    assert time.monotonic() - began < LONGEST_END_SECONDS
    assert running(second) == []
