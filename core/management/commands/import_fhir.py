"""`manage.py import_fhir PATH...`: take in what another system exported as FHIR R4."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO, cast

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from rich.console import Console
from rich.table import Table

from core.errors import ClinicError
from core.importing.progress import bars
from core.importing.report import Report
from core.importing.run import import_paths

SOME_REJECTED = 3
INTERRUPTED = 130
SHOWN_REJECTIONS = 50
RESUME = "What was imported is kept; run the same command again to go on."


class Command(BaseCommand):
    help = (
        "Imports FHIR R4: bundles, single resources, NDJSON and bulk exports, plain or packed as "
        ".xz, .gz, .zst, .zip or .tar. Running it again adds nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
        parser.add_argument("--json", action="store_true", help="print the counts as a last line")
        parser.add_argument(
            "--source",
            default="",
            metavar="NAME",
            help="where the files come from; ids count only within a source",
        )
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="write every rejection there as JSON lines",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        console = Console(stderr=True)
        # A server that was never there is not one that stopped answering half way.
        connection.ensure_connection()
        try:
            with bars(console) as shown:
                report = import_paths(options["paths"], source=options["source"], shown=shown)
        except ClinicError as error:
            raise CommandError(str(error)) from error
        except (OperationalError, psycopg.OperationalError) as error:
            raise CommandError(f"PostgreSQL stopped answering. {RESUME}") from error
        except OSError as error:
            where = error.filename or "A temporary file"
            raise CommandError(f"{where}: {error.strerror or error}. {RESUME}") from error
        except KeyboardInterrupt:
            # Not by the console: what it was drawing when it was interrupted may never be let go.
            self.stderr.write(f"Interrupted. {RESUME}", style_func=str)
            sys.exit(INTERRUPTED)
        self._tell(console, report, options)
        if report.rejected:
            sys.exit(SOME_REJECTED)

    def _tell(self, console: Console, report: Report, options: dict[str, Any]) -> None:
        if options["rejected"]:
            write_rejections(options["rejected"], report)
        tell_rejections(console, report)
        for sentence in report.passed_over:
            console.print(f"passed over: {sentence}", markup=False, soft_wrap=True)
        Console(file=cast(TextIO, self.stdout)).print(table(report))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict()))


def tell_rejections(console: Console, report: Report) -> None:
    """The first rejections, one a line."""
    for rejection in report.rejections[:SHOWN_REJECTIONS]:
        console.print(f"rejected: {rejection}", markup=False, highlight=False, soft_wrap=True)
    if report.rejected > SHOWN_REJECTIONS:
        more = report.rejected - SHOWN_REJECTIONS
        console.print(f"… and {more} more; --rejected FILE lists them.")


def write_rejections(path: Path, report: Report) -> None:
    """Every rejection as one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        for rejection in report.rejections:
            file.write(json.dumps(vars(rejection), ensure_ascii=False) + "\n")


def table(report: Report) -> Table:
    """Counts by resource type."""
    columns = ("read", "created", "changed", "unchanged", "rejected")
    shown = Table(title=f"{report.patients:,} patients from {report.files} files", box=None)
    shown.add_column("Resource")
    for column in columns:
        shown.add_column(column.capitalize(), justify="right")
    for name, count in sorted(report.resources.items()):
        shown.add_row(name, *(f"{getattr(count, column):,}" for column in columns))
    rate = report.read / report.seconds if report.seconds else 0
    shown.caption = f"{report.read:,} resources in {report.seconds:.1f} s, {rate:,.0f} a second"
    return shown
