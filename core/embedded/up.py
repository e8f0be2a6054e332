"""What `manage.py up` does, step by step."""

import hashlib
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core.embedded import servers
from core.embedded.processes import Program, wait_until
from core.embedded.supervisor import Supervisor

PROJECT = Path(__file__).resolve().parent.parent.parent
ASGI = "clinic.asgi:application"
MANAGE = [sys.executable, str(PROJECT / "manage.py")]
PREPARATIONS = (["migrate"], ["prepare_mongo"], ["collectstatic", "--noinput"])
WORKER = ["worker", "--concurrency=1", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]


class CannotStart(Exception):
    """Why, in a sentence for the operator."""


def start_servers(home: Path, supervisor: Supervisor) -> bool:
    """Start what has no URL, tell the programs where it is, and keep it running.

    Returns whether all servers are ours: nobody knows what happened to somebody else's database.
    """
    wanted = servers.wanted()
    running = servers.start(home, wanted)
    os.environ.update({name: url for name, url in running.urls.items() if name not in os.environ})
    for program, process in running.processes:
        supervisor.adopt(program, process)
    return len(wanted) == len(servers.SERVERS)


def prepare(home: Path, *, all_ours: bool) -> None:
    """Tables, collections and static files, side by side; skipped while nothing has changed."""
    stamp = home / "prepared"
    wanted = _fingerprint()
    if all_ours and stamp.exists() and stamp.read_text() == wanted:
        return
    with ThreadPoolExecutor() as together:
        list(together.map(_manage, PREPARATIONS))
    stamp.write_text(wanted)


def programs(port: int) -> list[Program]:
    """What the first page needs."""
    return [
        Program("daphne", [sys.executable, "-m", "daphne", *_listening(port), ASGI]),
        Program("relay", [*MANAGE, "relay"]),
    ]


def helpers(home: Path) -> list[Program]:
    """What works behind the pages; it would only slow the first one down."""
    celery = [sys.executable, "-m", "celery", "-A", "clinic"]
    beat = ["beat", "--loglevel=WARNING", f"--schedule={home / 'beat'}", "--pidfile="]
    return [Program("worker", [*celery, *WORKER]), Program("beat", [*celery, *beat])]


def demo() -> Program:
    """Loads the demo clinic, its bar on the terminal if there is one; what is there is left as it is."""
    return Program("demo", [*MANAGE, "make_demo"], once=True, speaks=sys.stderr.isatty())


def check_port(port: int) -> None:
    """Raises CannotStart when somebody else listens there."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise CannotStart(f"Port {port} is taken. Set PORT to another one, such as {port + 1}.")


def _listening(port: int) -> list[str]:
    """On all interfaces: the clinic's other PCs come in here."""
    return ["-b", "0.0.0.0", "-p", str(port), "--access-log", os.devnull]  # noqa: S104


def wait_for_first_page(port: int) -> None:
    """Until the clinic can work. Raises TimeoutError."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=2) as page:
                return bool(page.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    wait_until(answers, "The first page", seconds=60)


def _manage(command: list[str]) -> None:
    done = subprocess.run([*MANAGE, *command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise CannotStart(f"`manage.py {' '.join(command)}` failed: {' '.join(last)}")


def _fingerprint() -> str:
    """Changes when a migration, a document class or a static file does."""
    digest = hashlib.sha256()
    for file in sorted(_sources()):
        digest.update(f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}".encode())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    migrations = PROJECT.glob("*/migrations/**/*.*")
    # Python writes its compiled files beside them while the clinic runs.
    yield from (file for file in migrations if file.suffix in (".py", ".sql"))
    yield from PROJECT.glob("*/documents.py")
    yield from PROJECT.glob("core/*/documents.py")
    yield from (file for file in (PROJECT / "static").rglob("*") if file.is_file())
    yield from PROJECT.glob("requirements*.txt")
