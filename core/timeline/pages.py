"""The record of one patient as one person may see it."""

from dataclasses import dataclass, field
from uuid import UUID

from core.accounts.models import User
from core.errors import ServiceUnavailable
from core.timeline import queries, registry
from core.timeline.entries import Cursor, Entry, Group, grouped
from core.timeline.queries import PAGE, Head
from core.timeline.registry import Kind


@dataclass
class Page:
    """Groups of entries, the filters with their counts, and the cursor of what is older."""

    groups: list[Group]
    older: Cursor | None
    chips: list[tuple[Kind, int]] = field(default_factory=list)
    chosen: str = ""
    is_delayed: bool = False

    @property
    def total(self) -> int:
        return sum(count for _, count in self.chips)


def page(
    patient_id: UUID, user: User, head: Head, *, kind: str = "", before: Cursor | None = None
) -> Page:
    """A page of the timeline. Without MongoDB it shows what PostgreSQL has and says so."""
    allowed = registry.kinds_for(user)
    names = {one.name for one in allowed}
    wanted = {kind} if kind in names else names
    entries = queries.page_of_rows(patient_id, wanted, before)
    waiting = [
        e for e in queries.waiting_entries(head, wanted) if not before or before.is_before(e)
    ]
    is_delayed = False
    counts = dict(head.counts)
    try:
        entries += queries.page_of_documents(patient_id, wanted, before)
        for name, count in queries.count_documents(patient_id, names).items():
            counts[name] = counts.get(name, 0) + count
    except ServiceUnavailable:
        is_delayed = True
    shown, older = _cut(_merged(entries, waiting))
    chips = [(one, int(counts.get(one.name, 0))) for one in allowed]
    return Page(
        grouped(shown, registry.folding_kinds()),
        older,
        chips,
        kind if kind in names else "",
        is_delayed,
    )


def _merged(arrived: list[Entry], waiting: list[Entry]) -> list[Entry]:
    """A document that arrived a moment ago may still be marked as waiting: it is shown once.

    A report repeats the results of its members, which are not shown beside it.
    """
    entries = {entry.id: entry for entry in (*waiting, *arrived)}
    for entry in list(entries.values()):
        for member in entry.facts.get("data", {}).get("members", ()):
            entries.pop(member, None)
    return sorted(entries.values(), key=lambda entry: entry.place, reverse=True)


def _cut(entries: list[Entry]) -> tuple[list[Entry], Cursor | None]:
    if len(entries) <= PAGE:
        return entries, None
    last = entries[PAGE - 1]
    return entries[:PAGE], Cursor(last.at, last.id)
