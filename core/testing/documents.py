"""Documents as they were written, for tests that look where they are stored."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.databases import mongo
from core.outbox import sealing
from core.outbox.models import OutboxRow
from core.outbox.queries import decoded


def document_in(row: OutboxRow) -> dict[str, Any]:
    """The document a row of the outbox holds."""
    return sealing.opened(str(row.collection), decoded(row.document))


def stored(collection: str, **sought: Any) -> list[dict[str, Any]]:
    """The documents MongoDB holds."""
    return sealing.all_opened(collection, mongo.collection(collection).find(sought))


def followed_by(act: Callable[[], Any]) -> Callable[[], Any]:
    """For `mongo.reading`: what happens between a question to MongoDB and one to PostgreSQL."""
    reading = mongo.reading

    @contextmanager
    def read() -> Iterator[None]:
        with reading():
            yield
        act()

    return read
