"""What a row turns into. Apps register their sinks in `AppConfig.ready`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bson.raw_bson import RawBSONDocument
from psycopg import Connection
from pymongo.database import Database

from core.outbox.domain import CODEC
from core.relay.rows import Row


@dataclass(slots=True)
class Entry:
    """One document to write: its `_id` never changes, so a second delivery changes nothing.

    `sequence` names the counter that numbers it (`seq`, dense, in delivery order), if any. `chain`
    seals it once it is numbered; `raw` is what it then is.
    """

    row: Row
    collection: str
    id: str
    body: Any
    sequence: str | None = None
    seq: int = 0
    chain: "Chain | None" = None
    raw: RawBSONDocument | None = None


class Chain(Protocol):
    """Seals numbered entries in their order, each over the one before."""

    def load(self, database: Database[Any], *, doubt: bool) -> None: ...
    def seal(self, entry: Entry) -> None: ...
    def held(self, entry: Entry, there: RawBSONDocument) -> None: ...


class Sink(Protocol):
    """Turns rows into entries, hears when they are committed, and is asked to tend to its own
    things several times a second, on the relay's connections."""

    def entries(self, row: Row) -> Iterable[Entry]: ...
    def delivered(self, entries: Sequence[Entry]) -> None: ...
    def tend(self, connection: Connection[Any], database: Database[Any]) -> None: ...


class DocumentSink:
    """A document goes to its collection as it was committed, byte for byte."""

    def entries(self, row: Row) -> Iterable[Entry]:
        if row.kind == "document" and row.document and row.collection:
            body = RawBSONDocument(bytes(row.document), CODEC_RAW)
            yield Entry(row, row.collection, str(row.event_id), body)

    def delivered(self, entries: Sequence[Entry]) -> None:
        return None

    def tend(self, connection: Connection[Any], database: Database[Any]) -> None:
        return None


# What `manage.py test_databases` sends and removes again: only its document is written, so that
# neither the audit nor the browsers hear of it. Nothing else can use this way to stay unheard,
# because the rows go to a collection that nobody reads.
TRIALS = "connection_trials"

CODEC_RAW = CODEC.with_options(document_class=RawBSONDocument)
_sinks: list[Sink] = [DocumentSink()]


def register(sink: Sink) -> None:
    """Add a sink; its entries are written after those registered before it."""
    if not any(type(known) is type(sink) for known in _sinks):
        _sinks.append(sink)


def of_row(row: Row) -> Sequence[Sink]:
    """Who turns this row into entries."""
    return tuple(_sinks[:1] if row.collection == TRIALS else _sinks)


def registered() -> Sequence[Sink]:
    """All sinks, the plain documents first."""
    return tuple(_sinks)
