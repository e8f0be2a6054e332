"""Every outbox row becomes an entry of the audit, numbered in the order of delivery."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.relay.rows import Row
from core.relay.sinks import Entry

SEQUENCE = "audit"
FROM_CONTEXT = ("ip_address", "user_agent", "request_id", "reason")
NOISE = ("version", "created_at", "updated_at", "created_by", "updated_by")


class AuditSink:
    """What happened, to which thing, by whom, from where and why."""

    def entries(self, row: Row) -> Iterable[Entry]:
        yield Entry(row, "audit_logs", str(row.event_id), audit_entry(row), SEQUENCE)

    def delivered(self, entries: Sequence[Entry]) -> None:
        return None


def audit_entry(row: Row) -> dict[str, Any]:
    """The document of SPEC.md's "Audit Logs", without `_id` and `seq`."""
    context = row.context or {}
    entry = {
        "action": row.action,
        "user_id": context.get("user_id"),
        "entity_type": row.entity_type,
        "entity_id": row.entity_id,
        "patient_id": str(row.patient_id) if row.patient_id else None,
        "changes": changes_of(row),
        "timestamp": row.created_at,
        **{key: context.get(key) for key in FROM_CONTEXT},
        "metadata": {"kind": row.kind, "outbox_id": row.id},
    }
    return {key: value for key, value in entry.items() if value is not None}


def changes_of(row: Row) -> dict[str, Any]:
    """{field: [old, new]}; a new row has no old values, a deleted one no new ones."""
    fields = row.changes or {}
    if row.operation == "I":
        return {k: [None, v] for k, v in fields.items() if v not in (None, "") and k not in NOISE}
    if row.operation == "D":
        return {k: [v, None] for k, v in fields.items() if v not in (None, "") and k not in NOISE}
    return fields
