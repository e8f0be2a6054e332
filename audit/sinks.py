"""Every outbox row becomes an entry of the audit, numbered and sealed in the order of delivery."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection
from pymongo.database import Database

from audit.domain import checkpoints
from audit.domain.sealing import COLLECTION, Chain, newest_seal
from audit.entries import audit_entry
from core.relay.rows import Row
from core.relay.sinks import Entry

SEQUENCE = "audit"


class AuditSink:
    """What happened, to which thing, by whom, from where and why."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.newest: tuple[int, str] | None = None
        self.stated = -1
        self.waiting_since: float | None = None

    def entries(self, row: Row) -> Iterable[Entry]:
        key = str(row.event_id)
        yield Entry(row, COLLECTION, key, audit_entry(row), SEQUENCE, chain=self.chain)

    def delivered(self, entries: Sequence[Entry]) -> None:
        """Remember how far the chain goes: only what is committed is stated."""
        for one in entries:
            if one.chain is self.chain and one.raw is not None:
                self.newest = (one.seq, str(one.raw["hash"]))

    def tend(self, connection: Connection[Any], database: Database[Any]) -> None:
        """A checkpoint every thousand entries, and a minute after the first new one."""
        if self.stated < 0:
            self._look(connection, database)
        if self.newest is None or self.newest[0] <= self.stated:
            self.waiting_since = None
            return
        self.waiting_since = self.waiting_since or time.monotonic()
        waited = time.monotonic() - self.waiting_since
        many = self.newest[0] - self.stated >= checkpoints.MOST_ENTRIES
        if many or waited >= checkpoints.LONGEST_SECONDS:
            self.stated = checkpoints.make(connection, *self.newest).seq
            self.waiting_since = None

    def _look(self, connection: Connection[Any], database: Database[Any]) -> None:
        """After a start: what an earlier relay sealed and did not state yet."""
        newest = newest_seal(database)
        self.newest = (newest.seq, newest.hash) if newest else self.newest
        self.stated = checkpoints.stated(connection)
