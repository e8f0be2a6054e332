"""`manage.py sweep_files`: compares the kept files with the rows that name them."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clinical_docs.domain.sweeping import Swept, sweep
from core.errors import ServiceUnavailable


class Command(BaseCommand):
    help = "Takes away files that no document names, and tells which documents lack their file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument("--json", action="store_true", help="one line for programs")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            swept = sweep(is_trial=options["dry_run"])
        except ServiceUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            as_json(swept) if options["json"] else in_words(swept, options["dry_run"])
        )
        for key in swept.missing:
            self.stderr.write(f"missing: {key}")
        if swept.missing:
            raise CommandError(
                f"{len(swept.missing)} files are missing. Restore them from a backup.", returncode=2
            )


def as_json(swept: Swept) -> str:
    return json.dumps({"kept": swept.kept, "orphans": swept.orphans, "missing": swept.missing})


def in_words(swept: Swept, is_trial: bool) -> str:
    act = "would be taken away" if is_trial else "taken away"
    return f"{swept.kept} files are where they should be; {len(swept.orphans)} of nobody {act}."
