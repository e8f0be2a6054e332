"""`manage.py outbox`: look at what was set aside, try it again, or give it up with a reason."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.capture.context import acting
from core.errors import ClinicError
from core.outbox import queries, repair
from core.outbox.models import OutboxRow

LINE = "{:>10}  {:<16}  {:<9}  {:>8}  {:<40}  {}"
HEAD = LINE.format("id", "since", "state", "attempts", "stream", "error")
MOST = 200


class Command(BaseCommand):
    help = "Lists rows of the outbox that MongoDB does not hold yet; retries or discards set-aside ones."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        listing = acts.add_parser("list", help="what is set aside")
        listing.add_argument("--waiting", action="store_true", help="also what is on its way")
        retrying = acts.add_parser("retry", help="try set-aside rows again")
        retrying.add_argument("ids", nargs="*", type=int, metavar="ID")
        retrying.add_argument("--all", action="store_true", help="every set-aside row")
        discarding = acts.add_parser("discard", help="give set-aside rows up for good")
        discarding.add_argument("ids", nargs="+", type=int, metavar="ID")
        discarding.add_argument("--reason", required=True, help="why; the audit keeps it")

    def handle(self, *_: Any, act: str, **options: Any) -> None:
        """Exit code 0 when done, 1 when a row could not be, with the sentence why."""
        with acting(user_agent=f"manage.py outbox {act}"):
            if act == "list":
                self._list(with_waiting=options["waiting"])
            elif act == "retry":
                self._each(_chosen(options), repair.retry, "on its way again")
            else:
                discard = partial(repair.discard, reason=options["reason"])
                self._each(options["ids"], discard, "discarded")

    def _list(self, *, with_waiting: bool) -> None:
        rows = queries.waiting()
        if not with_waiting:
            rows = rows.filter(state=OutboxRow.State.SET_ASIDE)
        found = list(rows.defer("document", "changes")[:MOST])
        self.stdout.write("\n".join([HEAD, *map(_line, found)]) if found else "Nothing.")
        lag = queries.lag()
        self.stdout.write(f"{lag['set_aside']} set aside, {lag['pending']} on their way.")

    def _each(self, ids: list[int], act: Callable[[int], None], done: str) -> None:
        failed = 0
        for row_id in ids:
            try:
                act(row_id)
            except ClinicError as error:
                self.stderr.write(str(error))
                failed += 1
            else:
                self.stdout.write(f"Row {row_id} is {done}.")
        if failed:
            raise CommandError(f"{failed} of {len(ids)} could not be done.")


def _chosen(options: dict[str, Any]) -> list[int]:
    if bool(options["ids"]) == options["all"]:
        raise CommandError("Name the rows to retry, or give --all.")
    if options["ids"]:
        return list(options["ids"])
    set_aside = queries.waiting().filter(state=OutboxRow.State.SET_ASIDE)
    return list(set_aside.values_list("id", flat=True))


def _line(row: OutboxRow) -> str:
    error = " ".join((row.last_error or "").split())[:80]
    since = f"{row.created_at:%Y-%m-%d %H:%M}"
    state = row.get_state_display()
    return LINE.format(row.id, since, state, row.attempts, row.stream[:40], error)
