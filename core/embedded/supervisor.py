"""Keeps a set of programs running: restarts what ends, with growing pauses, and ends them all."""

import logging
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from core.embedded import processes
from core.embedded.processes import Program

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 10.0
# One that ran this long was well: its next pause is short again.
WELL_AFTER_SECONDS = 20.0
GRACE_SECONDS = 7.0
SERVERS_GRACE_SECONDS = 6.0


class Kept:
    """One program and what is known of its present process."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes] | None = None) -> None:
        self.program, self.process = program, process
        self.started_at = time.monotonic()
        self.failures = 0
        self.due_at = 0.0
        self.is_done = False

    def look(self, home: Path) -> None:
        """Start it when it is due; note when it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at and not self.is_done:
                self.process, self.started_at = processes.launch(self.program, home), now
        elif self.process.poll() is not None:
            self._note_end(now)

    def _note_end(self, now: float) -> None:
        code = self.process.returncode if self.process else None
        self.process = None
        self.is_done = self.program.once and code == 0
        if self.is_done:
            return
        was_well = now - self.started_at > WELL_AFTER_SECONDS
        self.failures = 1 if was_well else self.failures + 1
        pause = min(0.25 * 2**self.failures, LONGEST_PAUSE_SECONDS)
        self.due_at = now + pause
        logger.warning("%s ended (%s), again in %.1f s", self.program.name, code, pause)


class Supervisor:
    """Runs programs until `stop`; then ends them, the servers last, within 15 seconds."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.kept: list[Kept] = []
        self.stopping = threading.Event()

    def keep(self, *programs: Program) -> None:
        """Run these from now on; what an earlier run left behind is ended first."""
        for program in programs:
            processes.end_leftover(self.home, program)
            kept = Kept(program)
            kept.look(self.home)
            self.kept.append(kept)

    def adopt(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        """Keep a program that is running already."""
        self.kept.append(Kept(program, process))

    def stop_on_signals(self) -> None:
        """SIGTERM, SIGINT and SIGHUP end everything."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.stop)

    def stop(self, *_: Any) -> None:
        """Let `run` return; safe to call from a signal handler or another thread."""
        self.stopping.set()

    def run(self) -> None:
        """Watch until stopped, then end everything."""
        try:
            while not self.stopping.wait(0.2):
                for kept in self.kept:
                    kept.look(self.home)
        finally:
            self.end_all()

    def end_all(self) -> None:
        """All that use the servers together, then the servers together."""
        for servers in (False, True):
            group = [kept for kept in self.kept if kept.program.is_server == servers]
            with ThreadPoolExecutor(max(1, len(group))) as together:
                list(together.map(self._end, group))

    def _end(self, kept: Kept) -> None:
        if kept.process is not None:
            grace = SERVERS_GRACE_SECONDS if kept.program.is_server else GRACE_SECONDS
            processes.end(kept.process.pid, kept.program.stop_signal, grace)
        processes.forget(self.home, kept.program.name)
