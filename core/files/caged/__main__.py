"""`python -m core.files.caged JOB READER FD… [PAGE]`: one file, one job, one line of JSON."""

import json
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from core.files.caged import limits
from core.files.caged.refusing import Refused

DAMAGED = "The file is damaged or not whole. Take, scan or download it once more."
JOBS = {"inspect": 3, "render": 2}
"""How many open files each is given: the source first."""


def main(job: str, reader: str, *arguments: str) -> dict[str, Any]:
    """The reader's report, or the sentence why there is none."""
    limits.hold()
    count = JOBS[job]
    files = [
        os.fdopen(int(fd), "rb" if n == 0 else "w+b") for n, fd in enumerate(arguments[:count])
    ]
    work = getattr(import_module(f"core.files.caged.{reader}"), job)
    try:
        report: dict[str, Any] = work(*files, *map(int, arguments[count:]))
    except Refused as refusal:
        return {"refused": str(refusal)}
    except MemoryError:
        return {"refused": "The file needs more memory to read than it may have. Save it smaller."}
    except Exception as error:  # noqa: BLE001  (whatever a library says of it, it cannot be read)
        return {"refused": DAMAGED, "error": f"{type(error).__name__}: {error}"[:500]}
    for file in files:
        file.flush()
    return report


def run(arguments: Sequence[str]) -> None:
    answer = main(*arguments)
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    # Libraries that cleared up now could only fail.
    os._exit(0)


run(sys.argv[1:])
