"""A whole clinic of a test process's own: servers, pages, relay, demo people and their history.

Nothing is shared with the tests that run inside the process, so a test here may stop a server.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from clinic.tests import filled
from core.embedded import mongod, processes, servers, up, valkey
from core.embedded.home import free_port
from core.embedded.processes import Program, wait_until
from core.testing import databases

OWN_SERVERS = (mongod, valkey)
PREPARATIONS = (
    [*up.MANAGE, "prepare_mongo"],
    [*up.MANAGE, "collectstatic", "--noinput", "-v0"],
)


@dataclass
class Served:
    """Where a browser finds it, and its database for what a browser cannot see."""

    home: Path
    port: int
    database_url: str
    env: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def rows(self, statement: str, *params: Any) -> list[dict[str, Any]]:
        """What PostgreSQL holds."""
        with psycopg.connect(self.database_url, row_factory=dict_row) as connection:
            return connection.execute(statement, params).fetchall()

    def patient(self) -> UUID:
        """Whoever came most often: a record with something of everything."""
        most = "SELECT patient_id FROM visits GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
        found: UUID = self.rows(most)[0]["patient_id"]
        return found

    def settle(self) -> None:
        """Wait until everything committed has reached MongoDB."""
        pending = "SELECT count(*) AS n FROM outbox WHERE state = 'p'"
        wait_until(lambda: self.rows(pending)[0]["n"] == 0, "The outbox", seconds=60)

    def run(self, command: list[str]) -> None:
        """A command of this clinic, to its end."""
        subprocess.run(command, env=self.env, check=True, capture_output=True)

    def says(self, code: str) -> Any:
        """The JSON that this code prints inside the clinic, which alone opens what is sealed."""
        command = [*up.MANAGE, "shell", "--no-imports", "-c", code]
        done = subprocess.run(command, env=self.env, check=True, capture_output=True)
        return json.loads(done.stdout)

    def pid(self, name: str) -> int:
        """The process of `mongod`, `daphne` or `relay`."""
        pid = processes.running_pid(self.home, name)
        assert pid is not None
        return pid


@contextmanager
def serving(worker: str) -> Iterator[Served]:
    """Everything is running and filled; all of it ends afterwards."""
    name = f"browser_{worker}"
    filled.clone(name)
    with tempfile.TemporaryDirectory(prefix="seth-clinic-browser-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        own = servers.start(home, OWN_SERVERS)
        port = free_port()
        clinic = Served(home, port, databases.superuser_url(name))
        clinic.env = {**os.environ, **own.urls, **environment(home, name, port)}
        try:
            with ThreadPoolExecutor() as together:
                list(together.map(clinic.run, PREPARATIONS))
            for one in programs(clinic):
                processes.launch(one, home)
            wait_until(lambda: answers(clinic), "Daphne", seconds=60)
            clinic.settle()
            yield clinic
        finally:
            for one in programs(clinic):
                processes.end_leftover(home, one)
            servers.stop(home, OWN_SERVERS)
            databases.drop_named(name)


def environment(home: Path, name: str, port: int) -> dict[str, str]:
    """What points a program at this clinic."""
    own = {"MONGODB_NAME": mongod.DATABASE, "PORT": str(port)}
    return {**filled.environment(home, name), **own}


def programs(clinic: Served) -> list[Program]:
    """The pages and the relay."""
    listening = ["-b", "127.0.0.1", "-p", str(clinic.port), "--access-log", os.devnull]
    return [
        Program("daphne", [sys.executable, "-m", "daphne", *listening, up.ASGI], env=clinic.env),
        Program("relay", [*up.MANAGE, "relay"], env=clinic.env),
    ]


def answers(clinic: Served) -> bool:
    """Whether pages come."""
    try:
        with urllib.request.urlopen(f"{clinic.url}/health/ready", timeout=2) as page:  # noqa: S310
            return bool(page.status == 200)
    except (urllib.error.URLError, OSError):
        return False
