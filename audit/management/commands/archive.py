"""`manage.py archive`: entries of the audit that are a year old, moved to files and read there."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from bson.json_util import RELAXED_JSON_OPTIONS, dumps
from django.core.management.base import BaseCommand, CommandError

from audit.domain import archiving
from audit.domain.walk import Broken
from audit.forms import TrailForm
from audit.management.days import a_day
from audit.models import Archive
from audit.queries import archived
from core.counting import counting
from core.errors import ClinicError
from core.outbox.domain import put_fact
from core.shell.words import clinic_date

FILTERS = {
    "patient": "name, record number or id",
    "who": "user name, name or role",
    "since": "the first day",
    "until": "the last day",
}


class Command(BaseCommand):
    help = "Moves what is a year old out of the audit's collection into files, and reads those."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        run = what.add_parser("run", help="archive what was sealed a year ago")
        run.add_argument("--before", metavar="DAY", type=a_day, help="or before a day")
        run.add_argument("--reason", default="", help="why so early; stands in the audit")
        what.add_parser("list", help="the files, and which entries are in them")
        read = what.add_parser("read", help="archived entries, one line of JSON each")
        for name, words in FILTERS.items():
            read.add_argument(f"--{name}", default="", help=words)

    def handle(self, *_: Any, what: str, **options: Any) -> None:
        try:
            for line in getattr(self, f"do_{what}")(options):
                self.stdout.write(line)
        except Broken as broken:
            raise CommandError(
                f"Nothing is moved at entry {broken.seq}: {broken.words}"
            ) from broken
        except (ClinicError, OSError) as error:
            raise CommandError(str(error)) from error

    def do_run(self, options: dict[str, Any]) -> Iterator[str]:
        with counting("Archiving") as tell:
            moved = archiving.archive(tell, before=options["before"], reason=options["reason"])
        if moved.left:
            yield f"{moved.left} entries that an interrupted run left were taken out of MongoDB."
        yield f"{moved.entries} entries were moved to {moved.files} files."

    def do_list(self, options: dict[str, Any]) -> Iterator[str]:
        yield f"{'entries':>25}  {'days':25} {'bytes':>12}  file"
        for one in Archive.objects.all():
            days = f"{clinic_date(one.since)} to {clinic_date(one.until)}"
            yield f"{one.span:>25}  {days:25} {one.size:12}  {one.name}"

    def do_read(self, options: dict[str, Any]) -> Iterator[str]:
        asked = {name: options[name] for name in FILTERS if options[name]}
        form = TrailForm(asked)
        if not form.is_valid():
            raise CommandError(" ".join(str(e) for each in form.errors.values() for e in each))
        put_fact("view_audit", entity_type="audit", archive=True, filters=asked)
        for entry in archived.entries(form.filters):
            yield dumps(entry, json_options=RELAXED_JSON_OPTIONS)
