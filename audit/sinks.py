"""Every outbox row becomes an entry of the audit, numbered in the order of delivery."""

from collections.abc import Iterable, Sequence

from audit.entries import audit_entry
from core.relay.rows import Row
from core.relay.sinks import Entry

SEQUENCE = "audit"


class AuditSink:
    """What happened, to which thing, by whom, from where and why."""

    def entries(self, row: Row) -> Iterable[Entry]:
        yield Entry(row, "audit_logs", str(row.event_id), audit_entry(row), SEQUENCE)

    def delivered(self, entries: Sequence[Entry]) -> None:
        return None
