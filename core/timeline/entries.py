"""Entries of a record and where a page of them ends."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass
class Entry:
    """One line: `facts` are what its `template` draws; `is_waiting` until MongoDB has it;
    `replaced_by` is the id of the newer document that stands in its place, if one does."""

    at: datetime
    kind: str
    entity_type: str
    id: str
    visit_id: str | None
    facts: dict[str, Any]
    template: str
    is_waiting: bool = False
    replaced_by: str = ""
    also: list["Entry"] = field(default_factory=list)

    @property
    def is_replaced(self) -> bool:
        return bool(self.replaced_by)

    @property
    def place(self) -> tuple[datetime, str]:
        """Unique, and the order of the timeline."""
        return self.at, self.id


@dataclass(frozen=True)
class Cursor:
    """Everything older than this; written into the address, so that Back returns to it."""

    at: datetime
    id: str

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC).isoformat()}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """None for anything that is no cursor."""
        moment, _, key = text.partition("~")
        try:
            at = datetime.fromisoformat(moment)
            # The first and the last day overflow in other time zones.
            at.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return cls(at, key[:60]) if at.tzinfo and key.isprintable() and key else None

    def is_before(self, entry: Entry) -> bool:
        return entry.place < (self.at, self.id)


@dataclass
class Group:
    """Entries of one visit, or of one day outside any."""

    visit_id: str | None
    at: datetime
    visit: Entry | None = None
    entries: list[Entry] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Unique on a page, and the same when it is drawn again."""
        return self.visit_id or self.entries[0].id


def grouped(entries: Iterable[Entry], folding: Container[str] = ()) -> list[Group]:
    """Entries by visit, in the order in which each visit first appears; kinds in `folding` as one."""
    groups: dict[object, Group] = {}
    for entry in entries:
        key = entry.visit_id or entry.at.date()
        group = groups.setdefault(key, Group(entry.visit_id, entry.at))
        if entry.entity_type == "visit":
            group.visit = entry
        else:
            _add(group, entry, entry.kind in folding)
    return list(groups.values())


def _add(group: Group, entry: Entry, folds: bool) -> None:
    first = next((one for one in group.entries if folds and one.kind == entry.kind), None)
    if first is None:
        group.entries.append(entry)
    else:
        first.also.append(entry)
