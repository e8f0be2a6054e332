"""A whole clinic in a home of its own, with durable servers: the one that faults are tried on."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from core.embedded import servers, up
from core.embedded.home import free_port
from core.testing.running import RunningClinic, own_programs

ACCOUNTS = (
    "from core.accounts.demo import create_account, demo_accounts\n"
    "for account in demo_accounts()[:2]: create_account(account)"
)


@contextmanager
def founded(home: Path) -> Iterator[RunningClinic]:
    """PostgreSQL, mongod, Valkey, Daphne and a relay: as `up` runs them, but nobody restarts them.

    Their names: `postgres`, `mongod`, `valkey`, `daphne`, `relay`. The first two demo accounts
    (a receptionist, a nurse) can sign in. Everything is ended on leaving.
    """
    running = servers.start(home, servers.SERVERS.values())
    port = free_port()
    clinic = RunningClinic(home, port, {"CLINIC_HOME": str(home), **running.urls, **_extra(port)})
    for program, process in running.processes:
        clinic.programs[program.name], clinic.started[program.name] = program, process
    try:
        _prepare(clinic)
        clinic.programs |= own_programs(port, clinic.env)
        clinic.start("relay")
        clinic.start("daphne")
        yield clinic
    finally:
        for name in ("daphne", "relay"):
            if name in clinic.started:
                clinic.stop(name)
        servers.stop(home, servers.SERVERS.values())


def manage(clinic: RunningClinic, *command: str, given: str = "") -> str:
    """Run a command of manage.py in the clinic; returns what it printed. Raises CalledProcessError."""
    command = (*up.MANAGE, *command)
    try:
        return subprocess.run(
            command, env=clinic.full_env, input=given, check=True, capture_output=True, text=True
        ).stdout
    except subprocess.CalledProcessError as error:
        error.add_note(error.stderr)
        raise


def _prepare(clinic: RunningClinic) -> None:
    with ThreadPoolExecutor() as together:
        list(together.map(lambda command: manage(clinic, command), ("migrate", "prepare_mongo")))
    manage(clinic, "shell", "--no-imports", "-c", ACCOUNTS)


def _extra(port: int) -> dict[str, str]:
    # Also the database of the tests may be named in the environment; this clinic has its own.
    return {
        "PORT": str(port),
        "MONGODB_NAME": "seth_clinic_mongo",
        "PYTHONPATH": str(up.PROJECT),
        "LOG_LEVEL": "INFO",
    }
