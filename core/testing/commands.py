"""`manage.py` as an operator runs it: a process of its own, with only the servers it is given."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from core.embedded import servers

OURS = tuple(name.removesuffix("URL") for name in servers.SERVERS)


class Done(NamedTuple):
    """What it answered, and how long it took."""

    code: int
    out: str
    errors: str
    seconds: float


def surroundings(home: Path, **variables: str) -> dict[str, str]:
    """An environment that knows nothing of the servers of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "CLINIC_HOME": str(home), **variables}


def manage(home: Path, *command: str, **variables: str) -> Done:
    """Run a command in a home and wait for its end."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env=surroundings(home, **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr, time.monotonic() - began)
