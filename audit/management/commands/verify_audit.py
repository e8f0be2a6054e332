"""`manage.py verify_audit`: whether the audit is what was written."""

import json
import sys
from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audit.domain import verified
from audit.domain.verifying import Found
from audit.domain.walk import Verdict


class Command(BaseCommand):
    help = (
        "Verifies the audit entry by entry. Exit code 0 intact, 2 altered, 3 gap or insert, "
        "4 truncated, 5 unsealed too old, 6 key missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one line for a program")
        parser.add_argument(
            "--since",
            metavar="DAY",
            type=a_day,
            help="only what came after the last checkpoint before that day, like 2026-11-24",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        found = self._watched(options["since"])
        self.stdout.write(as_json(found) if options["json"] else in_words(found))
        if found.verdict != Verdict.INTACT:
            sys.exit(int(found.verdict))

    @staticmethod
    def _watched(since: datetime | None) -> Found:
        """With a bar where somebody watches."""
        console = Console(stderr=True)
        columns = (
            TextColumn("Verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("")

            def tell(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            return verified.verify_and_keep(tell, since=since)


def a_day(text: str) -> datetime:
    """When that day begins on the clinic's wall."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("Give the day like 2026-11-24.") from error
    return timezone.make_aware(datetime.combine(day, time()))


def rate(found: Found) -> int:
    """Entries a second."""
    return round(found.entries / found.seconds) if found.seconds else 0


def as_json(found: Found) -> str:
    words = found.verdict.name.lower()
    return json.dumps({**asdict(found), "verdict": words, "entries_per_second": rate(found)})


def in_words(found: Found) -> str:
    """`Intact.` and what was looked at, or the first fault."""
    name = found.verdict.name.replace("_", " ").capitalize()
    at = f" at entry {found.seq}" if found.seq is not None else ""
    verdict = "Intact." if found.verdict == Verdict.INTACT else f"{name}{at}: {found.words}"
    before = f", {found.unsealed} of them from before sealing began" if found.unsealed else ""
    by_hand = f"; {found.unsigned} written by other programs than ours" if found.unsigned else ""
    after = f" after {found.first - 1}" if found.first > 1 else ""
    return (
        f"{verdict}\n{found.entries} entries{after} up to {found.last}{before}{by_hand}; "
        f"checkpoints: {found.checkpoints}; {found.seconds:.1f} s, {rate(found)} entries a second."
    )
