"""`manage.py verify_audit`: whether the audit is what was written."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from audit.domain import verified
from audit.domain.verifying import Found
from audit.domain.walk import Verdict
from audit.management.days import a_day
from core.counting import counting


class Command(BaseCommand):
    help = (
        "Verifies the audit entry by entry. Exit code 0 intact, 2 altered, 3 gap or insert, "
        "4 truncated, 5 unsealed too old, 6 key missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one line for a program")
        parser.add_argument(
            "--with-archive", action="store_true", help="also what the archive's files hold"
        )
        parser.add_argument(
            "--since",
            metavar="DAY",
            type=a_day,
            help="only what came after the last checkpoint before that day, like 2026-11-24",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        found = self._watched(options["since"], with_archive=options["with_archive"])
        self.stdout.write(as_json(found) if options["json"] else in_words(found))
        if found.verdict != Verdict.INTACT:
            sys.exit(int(found.verdict))

    @staticmethod
    def _watched(since: datetime | None, *, with_archive: bool) -> Found:
        """With a bar where somebody watches."""
        with counting("Verifying") as tell:
            return verified.verify_and_keep(tell, since=since, with_archive=with_archive)


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
        f"{verdict}\n{found.entries} entries{after} up to {found.last}{before}{by_hand}"
        f"{of_the_archive(found)}; "
        f"checkpoints: {found.checkpoints}; {found.seconds:.1f} s, {rate(found)} entries a second."
    )


def of_the_archive(found: Found) -> str:
    if not found.archived:
        return ""
    if found.with_archive:
        return f", {found.archived} of them in the archive"
    return f"; {found.archived} older ones in the archive were not read (--with-archive)"
