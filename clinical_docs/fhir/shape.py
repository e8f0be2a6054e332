"""The frame every imported clinical document has."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clinical_docs.documents import ClinicalData
from core.importing.incoming import Document, Incoming, Taken
from core.importing.moments import is_exact
from core.importing.node import Node
from core.importing.practitioners import PRACTITIONERS

COLLECTION = "clinical_data"
STATUSES = {
    "registered": "preliminary",
    "preliminary": "preliminary",
    "partial": "preliminary",
    "amended": "amended",
    "corrected": "amended",
    "appended": "amended",
    "cancelled": "entered_in_error",
    "entered-in-error": "entered_in_error",
}
COMMON_LINKS = {"subject": ["Patient"], "encounter": ["Encounter"]}
CODE_LENGTH = int(ClinicalData.code.max_length)


def document(
    incoming: Incoming,
    data_type: str,
    data: Mapping[str, Any],
    *,
    patient: str,
    at: datetime | None,
    metadata: Mapping[str, Any],
    part: str = "",
    **known: str | list[str] | None,
) -> Document:
    """A document of the kind; a changed resource becomes one that supersedes the former.

    `at` is when it happened: timelines are in that order. `known` are further fields, without
    those that are empty.
    """
    previous = incoming.previous
    status = STATUSES.get(incoming.node.text("status"), "final")
    body = {
        "data_type": data_type,
        "data": dict(data),
        "metadata": dict(metadata),
        "created_at": at or datetime.now(UTC),
        "updated_at": datetime.now(UTC),
        "status": "amended" if previous and status == "final" else status,
        "schema_version": 1,
        **{name: value for name, value in known.items() if value},
    }
    if previous and previous.entity_type == COLLECTION and not part:
        body["supersedes"] = previous.entity_id
    return Document(COLLECTION, incoming.document_id(part), patient, body)


def taken(incoming: Incoming, made: Document, note: Any = None) -> Taken:
    """The resource became this one document."""
    return Taken(incoming, made.entity(), documents=[made], note=note)


def when(node: Node, *names: str) -> tuple[datetime | None, dict[str, Any]]:
    """The first of these times that is given, and as metadata what an instant cannot say of it."""
    for name in names:
        if isinstance(node.value.get(name), dict):
            period = node.child(name)
            if found := period.moment("start") or period.moment("end"):
                return found, {name: period.value}
        elif text := node.text(name):
            return node.moment(name), {} if is_exact(text) else {name: text}
    return node.child("meta").moment("lastUpdated"), {}


def who(incoming: Incoming, *names: str) -> str | None:
    """The user behind the first practitioner in these fields."""
    for name in names:
        for reference in incoming.targets(name):
            if user := incoming.find(reference, *PRACTITIONERS):
                return user
    return None


def shown_name(nodes: Sequence[Node]) -> str:
    """How the first of these references is displayed."""
    return next((text for node in nodes if (text := node.text("display"))), "")
