"""`running_clinic`: a real Daphne and a real relay against this test process's databases.

Started once for the tests of a module that ask for it, so that the in-process `relay` fixture of
other modules stays alone. Every test begins with empty databases and ends with a drained outbox.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from core.accounts.models import User
from core.embedded import processes, up
from core.embedded.home import free_port
from core.embedded.processes import Program, wait_until
from core.outbox import queries

LONGEST_DRAIN_SECONDS = 20.0


@dataclass
class RunningClinic:
    """Where it listens, and its two programs by name: `daphne` and `relay`."""

    home: Path
    port: int
    env: dict[str, str]
    programs: dict[str, Program] = field(default_factory=dict)
    started: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """`http://localhost:…`, without a slash at its end."""
        return f"http://localhost:{self.port}"

    @property
    def full_env(self) -> dict[str, str]:
        """What a command run in this clinic finds in its environment."""
        return {**os.environ, **self.env}

    @property
    def socket_url(self) -> str:
        return f"ws://localhost:{self.port}/ws/live/"

    def start(self, name: str, *, wait: bool = True) -> None:
        """Run one of its programs; of Daphne, wait until pages come."""
        self.started[name] = processes.launch(self.programs[name], self.home)
        if name == "daphne" and wait:
            wait_until(self.answers, "Daphne", seconds=60)

    def kill(self, name: str) -> None:
        """kill -9 of the process and its children, and wait until they are gone."""
        process = psutil.Process(self.started[name].pid)
        family = [process, *process.children(recursive=True)]
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(family, timeout=10)
        self.started[name].wait(10)

    def stop(self, name: str) -> None:
        """Ask it to end and wait until it has."""
        processes.end(self.started[name].pid)
        self.started[name].wait(10)

    def cookies(self, user: User) -> dict[str, str]:
        """The session cookie of somebody who has signed in as this user."""
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return {settings.SESSION_COOKIE_NAME: session.session_key}

    def browser(self, user: User) -> httpx.Client:
        """A client that is signed in as this user; paths are relative to the clinic."""
        return httpx.Client(base_url=self.url, cookies=self.cookies(user), timeout=10)

    def log(self, name: str) -> str:
        """What the program has said so far."""
        file = self.home / "log" / f"{self.programs[name].name}.log"
        return file.read_text() if file.exists() else ""

    def settle(self) -> None:
        """Wait until everything committed is delivered."""
        wait_until(lambda: not queries.lag()["pending"], "The outbox", LONGEST_DRAIN_SECONDS)

    def answers(self) -> bool:
        """Whether pages come."""
        try:
            return httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def programs(django_db_setup: None, django_db_blocker: Any) -> Iterator[RunningClinic]:
    """Daphne and relay, ended with the module's last test."""
    clinic = made_for(settings.DATABASES["default"]["NAME"])
    _collect_static(clinic)
    try:
        clinic.start("relay")
        clinic.start("daphne")
        yield clinic
    finally:
        for name in clinic.started:
            clinic.stop(name)


@pytest.fixture
def running_clinic(transactional_db: None, programs: RunningClinic) -> Iterator[RunningClinic]:
    """The clinic at work on this test's rows; what a test killed runs again for the next one."""
    for name, process in programs.started.copy().items():
        if process.poll() is not None:
            programs.start(name)
    yield programs
    if programs.started["relay"].poll() is None:
        programs.settle()


def made_for(name: str) -> RunningClinic:
    """The clinic on the databases this process uses, nothing of it started yet."""
    port = free_port()
    clinic = RunningClinic(Path(settings.CLINIC_HOME), port, environment(port))
    clinic.programs = own_programs(port, clinic.env, f"-{name}")
    return clinic


def own_programs(port: int, env: dict[str, str], suffix: str = "") -> dict[str, Program]:
    """Daphne on loopback and a relay; the suffix keeps their logs apart in a shared home."""
    listening = ["-b", "127.0.0.1", "-p", str(port), "--access-log", os.devnull]
    commands = {
        "daphne": [sys.executable, "-m", "daphne", *listening, up.ASGI],
        "relay": [*up.MANAGE, "relay"],
    }
    return {name: Program(name + suffix, argv, env=env) for name, argv in commands.items()}


def environment(port: int) -> dict[str, str]:
    """What points a program at the databases of this test process."""
    roles = settings.DATABASE_ROLE_URLS
    return {
        "CLINIC_HOME": str(settings.CLINIC_HOME),
        "DATABASE_URL": roles["app"],
        "DATABASE_OWNER_URL": roles["owner"],
        "DATABASE_RELAY_URL": roles["relay"],
        "MONGODB_URL": settings.MONGODB_URL,
        "MONGODB_OWNER_URL": settings.MONGODB_OWNER_URL,
        "MONGODB_READ_URL": settings.MONGODB_READ_URL,
        "MONGODB_ARCHIVER_URL": settings.MONGODB_ARCHIVER_URL,
        "MONGODB_NAME": settings.MONGODB_NAME,
        "REDIS_URL": settings.REDIS_URL,
        "PORT": str(port),
        "PYTHONPATH": str(up.PROJECT),
        # What plays people here works faster than people.
        "RECORDS_AN_HOUR": "1000000",
    }


def _collect_static(clinic: RunningClinic) -> None:
    """Once a home: a browser needs the hashed files."""
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        command = [*up.MANAGE, "collectstatic", "--noinput", "-v0"]
        subprocess.run(command, env=clinic.full_env, check=True, capture_output=True)
