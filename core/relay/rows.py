"""The relay's side of the outbox table: claim what is pending, mark what was delivered.

Claimed by state and never by "id greater than the last": ids are given out before commits, so a
cursor over them would miss rows for good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from core.capture import signing

MOST_ATTEMPTS = 8

CLAIM = """
SELECT id, event_id, kind, stream, collection, entity_type, entity_id, patient_id, operation,
       action, changes, document, context, created_at, attempts, signed_by, mac,
       CASE WHEN mac IS NOT NULL THEN outbox_words(outbox) END AS words
FROM outbox
WHERE state = 'p' AND next_try <= now() AND NOT stream = ANY (%(blocked)s)
ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
"""
# A stream waits for its set-aside row, and for a failing one until its next try is due.
BLOCKED = """
SELECT DISTINCT stream FROM outbox
WHERE state = 'x' OR (state = 'p' AND attempts > 0 AND next_try > now())
"""
DONE = """
UPDATE outbox SET state = 'd', done_at = clock_timestamp()
WHERE id = ANY (%(ids)s) AND created_at BETWEEN %(first)s AND %(last)s
"""
FAILED = """
UPDATE outbox SET attempts = attempts + 1, last_error = %(error)s,
    next_try = now() + make_interval(secs => least(2 ^ attempts, 300)),
    state = CASE WHEN attempts + 1 >= %(most)s THEN 'x' ELSE 'p' END
WHERE id = %(id)s AND created_at = %(created_at)s
"""


@dataclass(slots=True)
class Row:
    """A claimed outbox row."""

    id: int
    event_id: UUID
    kind: str
    stream: str
    collection: str | None
    entity_type: str
    entity_id: str
    patient_id: UUID | None
    operation: str | None
    action: str
    changes: dict[str, Any] | None
    document: bytes | None
    context: dict[str, str] | None
    created_at: datetime
    attempts: int
    signed_by: str | None = None
    mac: bytes | None = None
    words: str | None = None

    def origin(self) -> str:
        """ "" for a row that is as one of our programs wrote it, `unsigned` for one that came by
        another door, `altered` for one that was changed since. Raises KeyMissing."""
        if self.mac is None or self.signed_by is None:
            return "unsigned"
        genuine = signing.is_genuine(self.signed_by, bytes(self.mac), self.words or "")
        return "" if genuine else "altered"


def claim(connection: Connection[Any], most: int) -> list[Row]:
    """Lock the oldest pending rows that are due, at most so many, and return them in id order."""
    blocked = [stream for (stream,) in connection.execute(BLOCKED)]
    with connection.cursor(row_factory=class_row(Row)) as cursor:
        cursor.execute(CLAIM, {"most": most, "blocked": blocked})
        return cursor.fetchall()


def mark_delivered(connection: Connection[Any], rows: Sequence[Row]) -> None:
    """Turn the rows to delivered; the range of times keeps the update to their partitions."""
    if rows:
        times = [row.created_at for row in rows]
        found = {"ids": [row.id for row in rows], "first": min(times), "last": max(times)}
        connection.execute(DONE, found)


def mark_failed(connection: Connection[Any], failures: Sequence[tuple[Row, str]]) -> None:
    """Note why and try later, each time twice as late; after eight attempts set the row aside."""
    for row, error in failures:
        where = {"id": row.id, "created_at": row.created_at}
        connection.execute(FAILED, {**where, "error": error[:2000], "most": MOST_ATTEMPTS})
