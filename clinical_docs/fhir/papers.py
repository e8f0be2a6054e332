"""DocumentReference becomes the metadata of a document; a text is a clinical note besides."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from clinical_docs.fhir import shape, stored
from clinical_docs.fhir.attachments import kept
from core.importing.incoming import Document, Incoming, Taken
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn

COLLECTION = "document_metadata"
STATUSES = {"superseded": "superseded", "entered-in-error": "archived"}
SAID = ("subject", "status", "date", "content")


def versions(batch: Sequence[Incoming]) -> dict[str, int]:
    """The version numbers that changed documents have had."""
    former = {each.previous.entity_id for each in batch if each.previous}
    found = stored.documents(former, COLLECTION)
    return {key: int(body.get("version", 1)) for key, body in found.items()}


def take_document_reference(incoming: Incoming) -> Taken:
    """The first attachment is the document; others are described in `metadata`."""
    node = incoming.node
    patient = incoming.require("subject", "Patient")
    files = [kept(content.child("attachment")) for content in node.children("content")]
    first = files[0] if files else {}
    text = first.pop("text", "")
    title = node.text("description") or node.concept("type").text or str(first.get("title", ""))
    made = [_metadata(incoming, patient, first, title, {"others": files[1:]} if files[1:] else {})]
    if text:
        made.append(_note(incoming, patient, title, text))
        made[0].body["metadata"]["note_id"] = made[1].pk
    return Taken(incoming, made[0].entity(), documents=made)


def _metadata(
    incoming: Incoming, patient: str, file: dict[str, Any], title: str, more: dict[str, Any]
) -> Document:
    node = incoming.node
    at, precision = shape.when(node, "date", "created")
    body = {
        "document_id": incoming.id,
        "version": _version(incoming),
        "visit_id": _visit(incoming),
        "category": (node.first("category").as_concept().text or node.concept("type").text)[:100],
        "title": title[:300],
        "filename": str(file.get("title") or file.get("url", "").rpartition("/")[2])[:300],
        "mime": file.get("mime"),
        "size": file.get("size"),
        "sha256": file.get("sha256"),
        "storage_key": file.get("storage_key"),
        "status": STATUSES.get(node.text("status"), "current"),
        "uploaded_by": shape.who(incoming, "author"),
        "uploaded_at": at or datetime.now(UTC),
        "created_at": at or datetime.now(UTC),
        "metadata": {**node.rest(*SAID, concepts=["type"]), **precision, **more},
    }
    known = {name: value for name, value in body.items() if value not in (None, "")}
    return Document(COLLECTION, incoming.document_id(), patient, known)


def _version(incoming: Incoming) -> int:
    previous = incoming.previous
    return 1 + incoming.prepared.get(previous.entity_id, 1) if previous else 1


def _visit(incoming: Incoming) -> str | None:
    found = (incoming.find(each, "Encounter") for each in incoming.targets("context.encounter"))
    return next(filter(None, found), None)


def _note(incoming: Incoming, patient: str, title: str, text: str) -> Document:
    node = incoming.node
    at, _ = shape.when(node, "date", "created")
    return shape.document(
        incoming,
        "clinical_note",
        {
            "template": node.concept("type").text,
            "title": node.concept("type").text or title or "Note",
            "text": text,
            "signed_by": shape.shown_name(node.children("author")),
        },
        patient=patient,
        at=at,
        metadata={"document_id": incoming.id},
        part=f"note|{incoming.waiting.digest.hex()}",
        visit_id=_visit(incoming),
        code=node.concept("type").code[: shape.CODE_LENGTH],
        created_by=shape.who(incoming, "author"),
    )


HANDLERS = {
    "DocumentReference": Handler(
        take_document_reference,
        turn=Turn.SUMMARIES,
        links={
            "subject": ["Patient"],
            "context.encounter": ["Encounter"],
            "author": PRACTITIONERS,
        },
        prepare=versions,
        entity=COLLECTION,
    ),
}
