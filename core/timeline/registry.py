"""What apps add to a record: kinds to filter by, rows, documents, and facts for its head."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from core.accounts.models import User


@dataclass(frozen=True)
class Kind:
    """Something to filter by: a chip with its count.

    Of a kind that `folds`, all entries of one visit are drawn as one: the newest, the others in its
    `also`.
    """

    name: str
    label: str
    permission: str
    order: int
    folds: bool = False


@dataclass(frozen=True)
class RowSource:
    """Rows of PostgreSQL as entries.

    `select` gives `at, entity_type, id, visit_id, facts` (jsonb) of the patient `%(patient)s`;
    `template` draws one entry's line from its facts.
    """

    kind: str
    select: str
    template: str


@dataclass(frozen=True)
class DocumentSource:
    """Documents of one collection as entries: `moment` is the field that orders them.

    `kind_of` sorts a document into a kind by its `type_field`; `types_of` is the filter on that
    field for some kinds, None for all. `template` names the template that draws a document.
    `members` is the field in which a document names others that it repeats: those are not shown.
    `replaces` is the field in which it names the one it stands in place of: that one is not shown
    either, but where `stays(newer)` says so it is, marked as replaced.
    """

    collection: str
    moment: str
    type_field: str
    kinds: Sequence[str]
    kind_of: Callable[[str], str]
    types_of: Callable[[set[str]], Any]
    template: Callable[[str], str]
    members: str = ""
    replaces: str = ""
    stays: Callable[[dict[str, Any]], bool] = lambda newer: False

    def members_of(self, document: dict[str, Any]) -> list[str]:
        """Ids of the documents this one repeats."""
        found: Any = document
        for name in self.members.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return list(found or ())


@dataclass(frozen=True)
class HeadFact:
    """One value for the head of the record: a scalar SQL expression over `%(patient)s`."""

    name: str
    sql: str
    permission: str


_kinds: dict[str, Kind] = {}
_rows: list[RowSource] = []
_documents: list[DocumentSource] = []
_facts: dict[str, HeadFact] = {}


def register(*additions: Kind | RowSource | DocumentSource | HeadFact) -> None:
    """Called in `AppConfig.ready`; a second time changes nothing."""
    for addition in additions:
        if isinstance(addition, Kind):
            _kinds[addition.name] = addition
        elif isinstance(addition, HeadFact):
            _facts[addition.name] = addition
        elif isinstance(addition, RowSource) and addition not in _rows:
            _rows.append(addition)
        elif isinstance(addition, DocumentSource) and addition not in _documents:
            _documents.append(addition)


def kinds_for(user: User) -> list[Kind]:
    """The kinds this person may see, in their order."""
    allowed = (kind for kind in _kinds.values() if user.has_perm(kind.permission))
    return sorted(allowed, key=lambda kind: kind.order)


def row_sources(kinds: set[str]) -> list[RowSource]:
    return [source for source in _rows if source.kind in kinds]


def document_sources(kinds: set[str]) -> list[DocumentSource]:
    return [source for source in _documents if kinds & set(source.kinds)]


def sources_by_collection() -> dict[str, DocumentSource]:
    return {source.collection: source for source in _documents}


def facts_for(user: User) -> dict[str, str]:
    """SQL expressions of the head's facts that this person may see."""
    return {f.name: f.sql for f in _facts.values() if user.has_perm(f.permission)}


def folding_kinds() -> set[str]:
    return {kind.name for kind in _kinds.values() if kind.folds}
