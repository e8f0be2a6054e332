"""The record of one patient as one person may see it."""

from collections import Counter
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
    chosen = kind if kind in names else ""
    wanted = {chosen} if chosen else names
    found = _documents(patient_id, head, names, wanted, before)
    entries = [*queries.page_of_rows(patient_id, wanted, before), *found.entries]
    shown, older = _cut(sorted(entries, key=lambda entry: entry.place, reverse=True))
    counts = found.counts + Counter(head.counts)
    return Page(
        grouped(shown, registry.folding_kinds()),
        older,
        [(one, int(counts[one.name])) for one in allowed],
        chosen,
        found.is_delayed,
    )


@dataclass
class _Documents:
    """Documents of a page, those that wait for MongoDB among them, and the counts of all pages."""

    entries: list[Entry]
    counts: Counter[str]
    is_delayed: bool = False


def _documents(
    patient_id: UUID, head: Head, names: set[str], wanted: set[str], before: Cursor | None
) -> _Documents:
    """Each once: one that arrived a moment ago may still be marked as waiting."""
    waiting = queries.waiting_entries(head, names)
    over = queries.overtaken_by_waiting(head)
    try:
        over = queries.overtaken(patient_id, names, head)
        arrived, counts = queries.documents(
            patient_id,
            wanted,
            before,
            hidden=over.hidden,
            counted=names,
            waiting={one.id for one in waiting},
        )
        is_delayed = False
    except ServiceUnavailable:
        arrived, counts, is_delayed = [], Counter(), True
    waiting = [one for one in waiting if one.id not in over.hidden]
    counts.update(one.kind for one in waiting)
    here = [e for e in waiting if e.kind in wanted and (not before or before.is_before(e))]
    entries = {entry.id: entry for entry in (*here, *arrived)}
    for entry in entries.values():
        entry.replaced_by = over.replaced.get(entry.id, "")
    return _Documents(list(entries.values()), counts, is_delayed)


def _cut(entries: list[Entry]) -> tuple[list[Entry], Cursor | None]:
    if len(entries) <= PAGE:
        return entries, None
    last = entries[PAGE - 1]
    return entries[:PAGE], Cursor(last.at, last.id)
