"""Let a scripted staff work through the demo clinic's pages, so that somebody can watch."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.models import DemoStep

NEEDS = "simulate_day needs the packages of requirements-local.txt (bin/up installs them)."
DAY_MINUTES = 8 * 60.0


class Command(BaseCommand):
    help = (
        "Seven people work through the pages and sockets of a running demo clinic as the demo "
        "accounts: reception, triage, two clinicians, laboratory, pharmacy, cash desk. Open /queue/ "
        "or /screen/ and watch. Ctrl-C ends it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default="", help="the clinic's address (default: this PC's)")
        parser.add_argument(
            "--speed", type=float, default=60, help="minutes of the day that pass in a minute"
        )
        parser.add_argument(
            "--minutes", type=float, default=0, help="stop after so many real minutes"
        )

    def handle(self, *_: Any, url: str, speed: float, minutes: float, **__: Any) -> None:
        refuse(speed)
        seconds = minutes * 60 or DAY_MINUTES * 60 / speed
        address = url or f"http://localhost:{settings.PORT}"
        self.stdout.write(f"The staff works at {address} for {seconds / 60:.0f} minutes.")
        self.work(address, speed, seconds)

    def work(self, address: str, speed: float, seconds: float) -> None:
        try:
            from clinic.simulation.day import at_work  # noqa: PLC0415  (optional packages)
        except ImportError as missing:
            raise CommandError(NEEDS) from missing
        with at_work(address, speed=speed, tell=self.tell) as journal:
            try:
                time.sleep(seconds)
            except KeyboardInterrupt:
                self.stdout.write("Going home.")
        for act, count in sorted(journal.done.items()):
            self.stdout.write(f"{count:6}  {act}")
        if journal.faults:
            raise CommandError(
                f"{len(journal.faults)} acts did not work; the first: {journal.faults[0]}"
            )

    def tell(self, words: str) -> None:
        self.stdout.write(f"{timezone.localtime():%H:%M:%S}  {words}")


def refuse(speed: float) -> None:
    """Raises CommandError unless this is a demo clinic and the speed a sensible one."""
    if not settings.CLINIC_DEMO or not DemoStep.objects.exists():
        raise CommandError("This is no demo clinic: a script has no business with real patients.")
    if not 1 <= speed <= 600:
        raise CommandError("--speed is between 1 (as on the clock) and 600.")
