"""Putting facts and documents into the outbox; row changes put themselves there."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

import bson
from django.db import connection, transaction

from core.capture.context import announced, current
from core.ids import uuid7
from core.outbox import sealing, wake
from core.outbox.sealing import CODEC

__all__ = ["CODEC", "Document", "put_document", "put_documents", "put_fact"]

COLUMNS = (
    "event_id, kind, stream, collection, entity_type, entity_id, patient_id, action, "
    "changes, document, context"
)


class Document(Protocol):
    """What can be put: an OutboxDocument of core.databases.documents."""

    collection_name: str

    @property
    def pk(self) -> str: ...
    def entity(self) -> tuple[str, str]: ...
    def owner(self) -> str | None: ...
    def payload(self) -> dict[str, Any]: ...


def put_fact(
    action: str,
    *,
    entity_type: str,
    entity_id: object = "",
    patient_id: UUID | None = None,
    **details: Any,
) -> UUID:
    """Report something that is no row change: a login, a chart viewed, a print, an export.

    `details` become the audit entry's `changes`. Returns the event's id, which is also the
    `_id` of its audit document. Nothing is reported if the surrounding transaction rolls back.
    """
    event_id = uuid7()
    key = str(entity_id)
    stream = f"{entity_type}:{key or event_id}"
    changes = json.dumps(details, default=str)
    _insert([(event_id, "fact", stream, None, entity_type, key, patient_id, action, changes, None)])
    return event_id


def put_document(document: Document) -> str:
    """Commit one validated document; the relay writes it to its collection under its own `_id`."""
    put_documents([document])
    return document.pk


def put_documents(documents: Sequence[Document], *, action: str = "create") -> None:
    """Commit many documents with one statement, in the caller's transaction if there is one."""
    # All of them first: sealing may ask for a key, and a connection that copies answers nothing.
    _insert([_document_row(document, action) for document in documents])


def _document_row(document: Document, action: str) -> tuple[object, ...]:
    entity_type, entity_id = document.entity()
    body = sealing.sealed(document.collection_name, document.payload())
    return (
        document.pk,
        "document",
        f"{entity_type}:{entity_id}",
        document.collection_name,
        entity_type,
        entity_id,
        document.owner(),
        action,
        None,
        bson.encode(body, codec_options=CODEC),
    )


def _insert(rows: Iterable[tuple[object, ...]]) -> None:
    """COPY keeps pace with an import; the context column is the same for all rows."""
    context = json.dumps(current()) if current() else None
    with transaction.atomic(), connection.cursor() as cursor:
        announced(connection)
        # COPY passes by what makes psycopg's errors Django's.
        statement = f"COPY outbox ({COLUMNS}) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((*row, context))
        wake.after_commit()
