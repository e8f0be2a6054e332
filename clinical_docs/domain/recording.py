"""A document's row and what MongoDB must learn of it, both or neither."""

from collections.abc import Collection
from datetime import UTC, datetime, time
from typing import Any

from clinical_docs.documents import DocumentMetadata
from clinical_docs.models import Document, DocumentVersion
from core.accounts.models import User
from core.ids import uuid7


def record(
    document: Document,
    version: DocumentVersion | None = None,
    *,
    by: User,
    changed: Collection[str] = ("number",),
) -> Document:
    """Within the caller's transaction: save the row, its new version if any, and the metadata."""
    before, document.metadata_id = document.metadata_id, str(uuid7())
    if document._state.adding:
        document.save(force_insert=True)
    else:
        document.save(update_fields=[*changed, "metadata_id"])
    # The database counts; what it has counted to is in the metadata.
    document.refresh_from_db(fields=["version", "updated_at", "updated_by"])
    if version is not None:
        version.save(force_insert=True)
    current = version or document.versions.get(number=document.number)
    DocumentMetadata(**_metadata(document, current), supersedes=before or None).save()
    return document


def _metadata(document: Document, version: DocumentVersion) -> dict[str, Any]:
    return {
        "id": document.metadata_id,
        "document_id": str(document.pk),
        "number": document.version,
        "patient_id": str(document.patient_id),
        "visit_id": str(document.visit_id) if document.visit_id else None,
        "category": document.category,
        "title": document.title,
        "status": document.state,
        "dated_on": document.dated_on.isoformat() if document.dated_on else None,
        "retention_until": _midnight(document),
        "legal_hold": document.legal_hold,
        "uploaded_by": str(version.uploaded_by_id) if version.uploaded_by_id else None,
        "uploaded_at": version.uploaded_at,
        **_of_the_file(version),
    }


def _of_the_file(version: DocumentVersion) -> dict[str, Any]:
    return {
        "file_version": version.number,
        "filename": version.filename,
        "mime": version.mime,
        "size": version.size,
        "sha256": version.sha256,
        "pages": version.pages,
        "scan": version.scan,
        "storage_key": version.storage_key,
        "thumbnails": [version.thumbnail_key] if version.thumbnail_key else [],
        "metadata": version.facts,
    }


def _midnight(document: Document) -> datetime | None:
    until = document.retention_until
    return datetime.combine(until, time(), UTC) if until else None
