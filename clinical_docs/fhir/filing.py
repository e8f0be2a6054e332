"""A file that was attached to a resource becomes a document of the patient: sealed, with a likeness,
in the list beside those that people added."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from clinical_docs.domain import asking, keeping
from clinical_docs.domain.intake import Taken as Looked
from clinical_docs.domain.keeping import Kept
from clinical_docs.fhir.attachments import Attached
from clinical_docs.models import Document, DocumentVersion
from core.files.names import safe_name
from core.ids import uuid7
from core.importing import writing
from core.importing.incoming import Document as ForMongo
from core.importing.incoming import Incoming, Row
from patients.models import Patient

COLLECTION = "document_metadata"
LONGEST_TITLE = 150
OF_THE_FILE = ("filename", "mime", "size", "sha256", "pages", "scan", "storage_key")


@dataclass(frozen=True)
class About:
    """What the resource says of the document; `metadata_id` is that of its document for MongoDB."""

    id: str
    metadata_id: str
    patient: str
    title: str
    category: str
    at: datetime | None = None
    visit: str | None = None
    archived_reason: str = ""


@dataclass(frozen=True)
class Standing:
    """A document of a former import as it is now: its row, and its file in force."""

    document: Document
    version: dict[str, Any]


@dataclass(frozen=True)
class Filed:
    """`document` is written with the batch, `version` after it, if there is a new one; `facts` are
    what MongoDB is to know of it."""

    document: Row
    version: Row | None
    kept: Kept | None
    facts: dict[str, Any]


def file_id(incoming: Incoming, number: int) -> str:
    """Of the document that an attachment becomes, in every import the same."""
    return incoming.part_id(f"file|{number}")


def metadata_id(incoming: Incoming, number: int) -> str:
    return incoming.document_id(f"file|{number}|{incoming.waiting.digest.hex()}")


def standing(ids: Collection[str]) -> dict[str, Standing]:
    """Those of these documents that are here already."""
    if not ids:
        return {}
    rows = DocumentVersion.objects.filter(document_id__in=ids, number=F("document__number"))
    columns = ("document_id", "number", "sent_sha256", "thumbnail_key", *OF_THE_FILE)
    documents = Document.objects.in_bulk(ids)
    return {
        str(row["document_id"]): Standing(documents[row["document_id"]], row)
        for row in rows.values(*columns)
    }


def file_away(one: Attached, about: About, before: Standing | None) -> Filed | None:
    """Its bytes are sealed and in the store when this returns; None for what is no file.

    The same bytes as those in force make no further version, and where a file is no longer told of
    the one in force stays. Raises ServiceUnavailable.
    """
    is_known = before and before.version["sent_sha256"] == one.sent_sha256
    if before and (is_known or one.file is None):
        return _filed(about, before, before.version)
    if one.file is None:
        return None
    number = before.version["number"] + 1 if before else 1
    kept = keeping.keep(
        one.file, patient_id=UUID(about.patient), document_id=UUID(about.id), number=number
    )
    version = _version(one, one.file, about, number, kept)
    return _filed(about, before, version, Row(DocumentVersion, version), kept)


def write_versions(filed: Iterable[Filed]) -> None:
    """In the transaction that wrote their documents: the files count from now on."""
    fresh = [(one.version, one.kept) for one in filed if one.version and one.kept]
    for _, kept in fresh:
        keeping.settle(kept)
    writing.insert([version for version, _ in fresh])


def metadata_of(about: About, filed: Filed) -> ForMongo:
    """What MongoDB is told of a document that no resource of its own describes."""
    at = about.at or datetime.now(UTC)
    body = {"uploaded_at": at, "created_at": at, "visit_id": about.visit, **filed.facts}
    known = {name: value for name, value in body.items() if value is not None}
    return ForMongo(COLLECTION, about.metadata_id, about.patient, known)


def _filed(
    about: About,
    before: Standing | None,
    version: dict[str, Any],
    fresh: Row | None = None,
    kept: Kept | None = None,
) -> Filed:
    document = _document(about, before, version["number"])
    row = before.document if before else Document(category=about.category, version=0)
    facts = {
        "document_id": about.id,
        "version": row.version + 1,
        "supersedes": row.metadata_id or None,
        "status": document.get("state", row.state),
        "category": row.category,
        "title": document["title"],
        "dated_on": document["dated_on"].isoformat() if document["dated_on"] else None,
        "file_version": version["number"],
        **{name: version[name] for name in OF_THE_FILE},
        "thumbnails": [version["thumbnail_key"]] if version["thumbnail_key"] else [],
    }
    known = {name: value for name, value in facts.items() if value is not None}
    return Filed(Row(Document, document), fresh, kept, known)


def _document(about: About, before: Standing | None, number: int) -> dict[str, Any]:
    """Where it was filed here, and whether it was archived here, an import does not change."""
    archived = {"state": Document.State.ARCHIVED.value, "archived_reason": about.archived_reason}
    return {
        "id": about.id,
        "patient_id": about.patient,
        "visit_id": about.visit,
        "title": about.title[:LONGEST_TITLE] or "Document",
        "dated_on": timezone.localdate(about.at) if about.at else None,
        "number": number,
        "metadata_id": about.metadata_id,
        **({} if before else {"category": about.category}),
        **(archived if about.archived_reason else {}),
    }


def _doubts(file: Looked, about: About) -> list[str]:
    """Whoever adds a file by hand is asked; an import brings it, and says so."""
    if not file.whose:
        return []
    said = asking.whose_else(Patient.objects.get(pk=about.patient), file.whose)
    return [said] if said else []


def _version(one: Attached, file: Looked, about: About, number: int, kept: Kept) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "document_id": about.id,
        "patient_id": about.patient,
        "number": number,
        "filename": safe_name(one.name or about.title, file.kind.suffix),
        "mime": file.kind.mime,
        "size": len(file.content),
        "sha256": kept.sha256,
        "sent_sha256": one.sent_sha256,
        "pages": file.pages,
        "width": file.width,
        "height": file.height,
        "scan": str(file.scan),
        "remarks": [*file.remarks, *_doubts(file, about)],
        "facts": file.facts,
        "storage_key": kept.storage_key,
        "thumbnail_key": kept.thumbnail_key,
        "uploaded_at": timezone.now(),
    }
