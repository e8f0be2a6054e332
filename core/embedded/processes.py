"""Starting and ending processes, and finding those a crash left behind."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROTATE_AT_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Program:
    """What to run, and how to ask it to end.

    `once`: an exit with 0 means that it is done, not that it must start again. `is_server`: others
    need it until they have ended themselves. `speaks`: to whoever started the clinic, not to a log.
    """

    name: str
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)
    stop_signal: int = signal.SIGTERM
    once: bool = False
    is_server: bool = False
    speaks: bool = False


def launch(program: Program, home: Path) -> subprocess.Popen[bytes]:
    """Run it in a session of its own, its output in `log/<name>.log` unless it speaks; remember its
    pid.
    """
    with _log(home, program.name).open("ab") as log:
        process = subprocess.Popen(
            program.argv,
            env={**os.environ, **program.env},
            stdin=subprocess.DEVNULL,
            stdout=None if program.speaks else log,
            stderr=None if program.speaks else log,
            start_new_session=True,
        )
    _remember(home, program.name, process.pid)
    return process


def end(pid: int, stop_signal: int = 15, grace_seconds: float = 10) -> None:
    """Ask the process to end, insist after the grace, and wait until it and its children are gone."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        process.send_signal(stop_signal)
    except psutil.NoSuchProcess:
        return
    _, stubborn = psutil.wait_procs(family, timeout=grace_seconds)
    for member in stubborn:
        _kill(member)
    psutil.wait_procs(stubborn, timeout=5)


def end_leftover(home: Path, program: Program) -> None:
    """End what an earlier run of this home left behind; a pid given to somebody else is let be."""
    file = _pid_file(home, program.name)
    if not file.exists():
        return
    known = json.loads(file.read_text())
    if _started(known["pid"]) == known["started"]:
        end(known["pid"], program.stop_signal)
    file.unlink(missing_ok=True)


def forget(home: Path, name: str) -> None:
    """The process ended as it should."""
    _pid_file(home, name).unlink(missing_ok=True)


def running_pid(home: Path, name: str) -> int | None:
    """The pid of a process of this home, if it lives."""
    file = _pid_file(home, name)
    if not file.exists():
        return None
    known = json.loads(file.read_text())
    return int(known["pid"]) if _started(known["pid"]) == known["started"] else None


def wait_until(is_ready: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Ask again and again. Raises TimeoutError naming what did not become ready."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not become ready within {seconds:.0f} seconds.")
        time.sleep(0.05)


def _remember(home: Path, name: str, pid: int) -> None:
    file = _pid_file(home, name)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"pid": pid, "started": _started(pid)}))


def _started(pid: int) -> float | None:
    """The moment a process started, which tells two owners of one pid apart; None if it is gone."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _pid_file(home: Path, name: str) -> Path:
    return home / "run" / f"{name}.json"


def _log(home: Path, name: str) -> Path:
    """The log to append to; a long one is put aside as `<name>.log.1`."""
    folder = home / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{name}.log"
    if file.exists() and file.stat().st_size > ROTATE_AT_BYTES:
        file.replace(file.with_suffix(".log.1"))
    return file
