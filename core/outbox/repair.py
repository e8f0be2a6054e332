"""What becomes of rows that were set aside: tried again, or given up with a reason.

The web's own role may not touch what is committed, so both work as the relay's, on a connection of
their own: they are committed when they return, whatever the caller's transaction does.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import psycopg
from django.conf import settings
from psycopg import Connection
from psycopg.rows import dict_row

from core.capture.context import current
from core.errors import ClinicError, NotAllowed, ServiceUnavailable
from core.outbox import wake

PERMISSION = "outbox.retry"
SHORTEST_REASON = 5
TIMEOUTS = "-c statement_timeout=5s -c lock_timeout=2s -c synchronous_commit=on"

FIND = """
SELECT id, created_at, stream, kind, collection, entity_type, entity_id, patient_id, last_error
FROM outbox WHERE id = %s AND state = 'x' FOR UPDATE
"""
RETRY = "UPDATE outbox SET state = 'p', attempts = 0, next_try = 'epoch'"
# Kept as done, with what was given up and why, until its day's partition goes.
DISCARD = "UPDATE outbox SET state = 'd', done_at = clock_timestamp(), last_error = %(note)s"
ONE = "WHERE id = %(id)s AND created_at = %(created_at)s"
FACT = """
INSERT INTO outbox (kind, stream, entity_type, entity_id, patient_id, action, changes, context)
VALUES ('fact', %(stream)s, 'outbox', %(id)s, %(patient_id)s, %(action)s, %(changes)s, %(context)s)
"""


class NotSetAside(ClinicError):
    """There is no such row, or it is on its way or delivered."""

    def __init__(self, row_id: int) -> None:
        super().__init__(f"Row {row_id} of the outbox is not set aside. Look at the list again.")


class NeedsReason(ClinicError):
    """Giving up a fact is only done with a reason that others can read."""

    def __init__(self) -> None:
        super().__init__(f"Give a reason of at least {SHORTEST_REASON} letters.")


class Person(Protocol):
    """Somebody of core.accounts, which stands above this."""

    def has_perm(self, permission: str, /) -> bool: ...


def retry(row_id: int, *, by: Person | None = None) -> None:
    """Put a set-aside row back on its way, with all its attempts; its stream goes on after it.

    Without `by` it is the operator at the server's own keyboard. Raises NotAllowed, NotSetAside.
    """
    _require(by)
    with _connected() as connection:
        row = _found(connection, row_id)
        connection.execute(f"{RETRY} {ONE}", row)
        _report(connection, "retry", row)
    wake.poke()


def discard(row_id: int, *, reason: str, by: Person | None = None) -> None:
    """Give a set-aside row up: it will never be in MongoDB, and its stream goes on without it.

    The audit keeps what it was and why. Raises NotAllowed, NeedsReason, NotSetAside.
    """
    _require(by)
    reason = reason.replace("\0", "").strip()
    if len(reason) < SHORTEST_REASON:
        raise NeedsReason
    with _connected() as connection:
        row = _found(connection, row_id)
        note = f"Discarded: {reason}. It had failed with: {row['last_error']}"
        connection.execute(f"{DISCARD} {ONE}", {**row, "note": note[:2000]})
        _report(connection, "discard", row, reason=reason)
    wake.poke()


def _require(by: Person | None) -> None:
    if by is not None and not by.has_perm(PERMISSION):
        raise NotAllowed("Only administrators may retry or discard what was set aside.")


def _found(connection: Connection[dict[str, Any]], row_id: int) -> dict[str, Any]:
    row = connection.execute(FIND, [row_id]).fetchone()
    if row is None:
        raise NotSetAside(row_id)
    return row


def _report(
    connection: Connection[dict[str, Any]], action: str, row: dict[str, Any], **context: str
) -> None:
    """The audit entry, in the same transaction."""
    told = ("kind", "collection", "entity_type", "entity_id", "last_error")
    changes = {name: row[name] for name in told if row[name]}
    fact = {
        "stream": f"outbox:{row['id']}",
        "id": str(row["id"]),
        "patient_id": row["patient_id"],
        "action": action,
        "changes": json.dumps(changes),
        "context": json.dumps({**current(), **context}),
    }
    connection.execute(FACT, fact)


@contextmanager
def _connected() -> Iterator[Connection[dict[str, Any]]]:
    try:
        with psycopg.connect(
            settings.DATABASE_ROLE_URLS["relay"],
            connect_timeout=2,
            options=TIMEOUTS,
            application_name="outbox-repair",
            row_factory=dict_row,
        ) as connection:
            yield connection
    except psycopg.OperationalError as error:
        remedy = "Check DATABASE_RELAY_URL; nothing was changed."
        raise ServiceUnavailable("PostgreSQL", "the relay's URL", remedy) from error
