"""Where this clinic keeps its data and secrets: `$CLINIC_HOME`, by default `var/`."""

import fcntl
import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class HomeInUse(Exception):
    """Another `up` runs in this home."""


def clinic_home() -> Path:
    """The folder of this clinic, made on first use and readable by its owner only."""
    given = os.environ.get("CLINIC_HOME")
    folder = Path(given) if given else Path(__file__).resolve().parent.parent.parent / "var"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def secret(name: str) -> str:
    """A secret of this clinic, made once and kept in a file only its owner can read."""
    return secret_of(clinic_home(), name)


def secret_of(home: Path, name: str) -> str:
    """The same, of a given home."""
    file = home / "secrets" / name
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        _make_once(file, secrets.token_hex(32))
    return file.read_text()


def _make_once(file: Path, text: str) -> None:
    """Whole or not at all, and of two makers the first: servers that start together share names."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent) as making:
        making.write(text)
        making.flush()
        with suppress(FileExistsError):
            os.link(making.name, file)


@contextmanager
def sole_use(home: Path) -> Iterator[None]:
    """Hold the home's lock. The kernel frees it with the process, so a crash leaves none behind.

    Raises HomeInUse when another process holds it.
    """
    with (home / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeInUse from error
        yield


def free_port(wanted: int = 0) -> int:
    """The wanted loopback port if it is free, else any that is."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("There is no free port on 127.0.0.1.")
