"""`manage.py test_databases`: whether all three servers are as the clinic needs them."""

from collections.abc import Sequence
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from core.health.checks import mongodb, postgresql, roundtrip, running, valkey
from core.health.checks.running import Outcome, Result

SIGNS = {Outcome.GOOD: "✓", Outcome.DOUBTFUL: "!", Outcome.BAD: "✗", Outcome.SKIPPED: "-"}
COLOURS = {Outcome.GOOD: "green", Outcome.DOUBTFUL: "yellow", Outcome.BAD: "red"}


class Command(BaseCommand):
    help = "Checks PostgreSQL, MongoDB and Valkey, with a row and a document that leave no trace."
    requires_system_checks: list[str] = []

    def handle(self, *_: Any, **__: Any) -> None:
        results = examine()
        Console(file=cast(TextIO, self.stdout)).print(table(results))
        for result in results:
            if result.outcome == Outcome.DOUBTFUL:
                self.stderr.write(f"{result.found}")
        failures = [result.found for result in results if result.outcome == Outcome.BAD]
        if failures:
            raise CommandError("\n".join(failures))


def examine() -> list[Result]:
    """All checks; the two databases together only when each answers by itself."""
    services = (postgresql.SERVICE, mongodb.SERVICE, valkey.SERVICE)
    results = [result for service in services for result in running.run(service)]
    return results + list(_together(results))


def _together(results: Sequence[Result]) -> list[Result]:
    needed = ("PostgreSQL", "MongoDB")
    firsts = {result.service: result.outcome for result in reversed(results)}
    if all(firsts[name] == Outcome.GOOD for name in needed):
        return list(running.run(roundtrip.SERVICE))
    name = roundtrip.SERVICE.checks[0].name
    return [Result(roundtrip.SERVICE.name, name, Outcome.SKIPPED, "")]


def table(results: Sequence[Result]) -> Table:
    """A line for each check, with a tick."""
    shown = Table(box=None)
    for column in ("Server", "", "Check", "Found"):
        shown.add_column(column)
    for result in results:
        sign = f"[{COLOURS.get(result.outcome, 'white')}]{SIGNS[result.outcome]}[/]"
        is_told_below = result.outcome in (Outcome.BAD, Outcome.DOUBTFUL)
        found = "see below" if is_told_below else result.found
        shown.add_row(result.service, sign, result.name, found)
    return shown
