"""`manage.py make_demo`: fills an empty clinic with people and a history."""

import json
import sys
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clinic.demo.progress import Teller, teller
from clinic.demo.steps import make_demo
from core.errors import ClinicError
from patients.models import Patient


class Command(BaseCommand):
    help = (
        "Make the demo clinic: staff, reference tables, stock, some 200 patients with years of"
        " history, and a day in full swing. Goes on where it was interrupted; a second time there"
        " is nothing to do."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one line of JSON at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        is_terminal = sys.stderr.isatty() and not options["json"]
        with teller(is_terminal, self.stderr.write if options["json"] else self.say) as told:
            done = self.make(told)
        patients, seconds = Patient.objects.count(), round(monotonic() - began, 2)
        if options["json"]:
            facts = {"steps": done, "patients": patients, "seconds": seconds}
            self.stdout.write(json.dumps(facts))
        else:
            self.say(f"The demo clinic is complete: {patients} patients ({seconds} s).")

    def make(self, told: Teller) -> dict[str, Any]:
        try:
            return make_demo(told)
        except ClinicError as error:
            raise CommandError(str(error)) from error

    def say(self, line: str) -> None:
        """At once, also into a log."""
        self.stdout.write(line)
        self.stdout.flush()
