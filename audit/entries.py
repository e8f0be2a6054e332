"""An outbox row as the audit tells it, whether it has arrived in MongoDB or still waits."""

from typing import Any

from core.outbox.models import OutboxRow
from core.relay.rows import Row

FROM_CONTEXT = ("ip_address", "user_agent", "request_id", "reason")
OF_THE_PURPOSE = ("purpose", "grant_id")
"""Set while a restricted record is open in an emergency: purpose BTG [HL7 PurposeOfUse]."""
NOISE = ("version", "created_at", "updated_at", "created_by", "updated_by")


def audit_entry(row: Row | OutboxRow) -> dict[str, Any]:
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
        "metadata": {
            "kind": row.kind,
            "outbox_id": row.id,
            **{key: context[key] for key in OF_THE_PURPOSE if key in context},
            **_origin(row),
        },
    }
    return {key: value for key, value in entry.items() if value is not None}


def _origin(row: Row | OutboxRow) -> dict[str, str]:
    """Said only where something is to be said; a row that still waits is looked at by the relay."""
    origin = row.origin() if isinstance(row, Row) else ""
    return {"origin": origin} if origin else {}


def changes_of(row: Row | OutboxRow) -> dict[str, Any]:
    """{field: [old, new]}; a new row has no old values, a deleted one no new ones."""
    fields = row.changes or {}
    if row.operation == "I":
        return {k: [None, v] for k, v in fields.items() if v not in (None, "") and k not in NOISE}
    if row.operation == "D":
        return {k: [v, None] for k, v in fields.items() if v not in (None, "") and k not in NOISE}
    return fields
