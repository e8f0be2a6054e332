"""Killing one program of a clinic again and again while people work in it."""

import random
import re
import time
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from core.embedded.processes import wait_until
from core.testing.load import Journal, Load
from core.testing.oracle import Oracle
from core.testing.running import RunningClinic

PENDING = "SELECT count(*) FROM outbox WHERE state = 'p'"
DELIVERED_SINCE = "SELECT max(done_at) > %s FROM outbox"
REDELIVERED = re.compile(r"found already delivered: (\d+)")


def kill_under_load(
    clinic: RunningClinic, name: str, kills: int, folder: Path, *, seed: int = 0, people: int = 3
) -> dict[str, Any]:
    """Kill it so many times at random moments, start it again each time, and count what became of
    everything acknowledged. The seed repeats the moments."""
    moments = random.Random(seed)  # noqa: S311  (moments, not secrets)
    before = redelivered(clinic)
    journal = Journal(folder / f"{name}-{time.monotonic_ns()}.ndjson")
    with Load(clinic, journal, people) as load:
        for _ in range(kills):
            time.sleep(moments.uniform(0.3, 1.5))
            clinic.kill(name)
            time.sleep(moments.uniform(0.1, 1.5))
            clinic.start(name, wait=False)
            wait_until(partial(back, clinic, name, since=datetime.now(UTC)), name, seconds=30)
        time.sleep(0.5)
        started = time.monotonic()
    wait_until(lambda: pending(clinic) == 0, "The outbox", seconds=60)
    drained = time.monotonic() - started
    tally, verdict = load.tally, Oracle(clinic).judge(journal)
    return {
        "killed": name,
        "kills": kills,
        **asdict(verdict),
        "redelivered": redelivered(clinic) - before,
        "longest_page_s": round(max(tally.slowest.values()), 2),
        "longest": {page: round(seconds, 2) for page, seconds in tally.slowest.items()},
        "drain_s": round(drained, 2),
        "answered": tally.answered,
        "failed": tally.failed,
        "signed_out": tally.signed_out,
    }


def back(clinic: RunningClinic, name: str, *, since: datetime) -> bool:
    """Whether the program works again; one that ended at once is started once more."""
    if clinic.started[name].poll() is not None:
        clinic.start(name, wait=False)
    if name in ("daphne", "postgres"):
        return clinic.answers()
    if name == "relay":
        # In the midst of its work again: killing it while it starts would show nothing.
        return bool(_one(clinic, DELIVERED_SINCE, since))
    return True


def pending(clinic: RunningClinic) -> int:
    return int(_one(clinic, PENDING))


def _one(clinic: RunningClinic, statement: str, *values: Any) -> Any:
    with psycopg.connect(clinic.env["DATABASE_SUPERUSER_URL"]) as postgres:
        row = postgres.execute(statement, values).fetchone()
    return row[0] if row else None


def redelivered(clinic: RunningClinic) -> int:
    """How many documents the relay found written already, as its log says."""
    return sum(map(int, REDELIVERED.findall(clinic.log("relay"))))
