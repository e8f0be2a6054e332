"""Reading a file from outside in a process that a bad file cannot reach out of.

It knows no password, sees no environment, holds nothing but the files it is given, and is ended
when it takes too much of anything (core.files.caged.limits) or too long.
"""

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings

from core.errors import ClinicError
from core.files.kinds import Kind, Unfit

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 30
PATIENCE_SECONDS = 20
UNREADABLE = "The file could not be read: it is damaged, or asks for more than a document may."
Report = dict[str, Any]

# A reader takes a core and a good deal of memory: as many at once as there are cores.
_places = threading.BoundedSemaphore(os.cpu_count() or 2)


class Busy(ClinicError):
    """Many files are being read at this moment."""

    def __init__(self) -> None:
        super().__init__("Many files are being read just now. Send this one again in a moment.")


def inspect(kind: Kind, source: IO[bytes], content: IO[bytes], thumbnail: IO[bytes]) -> Report:
    """Read the source, write what is to be kept and its likeness.

    Reports `pages`, `width`, `height`, `remarks` and a reader's own. Raises Unfit and Busy.
    """
    return _run("inspect", kind.reader, [source, content, thumbnail])


def render(kind: Kind, source: bytes, page: int) -> bytes:
    """A page, counted from 1, as a JPEG. Raises Unfit and Busy."""
    with TemporaryFile(dir=folder()) as given, TemporaryFile(dir=folder()) as drawn:
        given.write(source)
        _run("render", kind.reader, [given, drawn], page)
        drawn.seek(0)
        return drawn.read()


def folder() -> str:
    """Where files lie that have no name: the kernel forgets them with the process."""
    os.makedirs(settings.QUARANTINE_FOLDER, mode=0o700, exist_ok=True)
    return str(settings.QUARANTINE_FOLDER)


def _run(job: str, reader: str, files: list[IO[bytes]], *more: int) -> Report:
    for file in files:
        file.flush()
        file.seek(0)
    fds = [file.fileno() for file in files]
    command = [sys.executable, "-sE", "-m", "core.files.caged", job, reader]
    command += [str(one) for one in (*fds, *more)]
    with _place():
        answer = _answer(command, fds)
    if "error" in answer:
        logger.warning("A file was refused by %s: %s", reader, answer["error"])
    if "refused" in answer:
        raise Unfit(answer["refused"])
    return answer


def _answer(command: list[str], fds: list[int]) -> Report:
    try:
        done = subprocess.run(  # noqa: S603  (our own module, with numbers for arguments)
            command,
            cwd=settings.BASE_DIR,
            env={"LANG": "C.UTF-8"},
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unfit(
            "The file takes too long to read. Print it into a new PDF and add that."
        ) from error
    if done.returncode != 0:
        logger.warning("The cage ended with %s: %s", done.returncode, done.stderr[-300:])
        raise Unfit(UNREADABLE)
    answer: Report = json.loads(done.stdout)
    return answer


@contextmanager
def _place() -> Iterator[None]:
    if not _places.acquire(timeout=PATIENCE_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _places.release()
