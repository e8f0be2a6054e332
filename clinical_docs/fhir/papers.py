"""DocumentReference becomes a document with its files; a text is a clinical note."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from clinical_docs.choices import Category
from clinical_docs.fhir import filing, shape, stored
from clinical_docs.fhir.attachments import Attached, attached
from clinical_docs.fhir.filing import COLLECTION, About, Filed, Standing
from core.importing.incoming import Document, Incoming, Taken
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn

STATUSES = {"superseded": "superseded", "entered-in-error": "archived"}
WHY_ARCHIVED = {
    "superseded": "replaced by another document where it comes from",
    "entered-in-error": "entered in error where it comes from",
}
SAID = ("subject", "status", "date", "content")


@dataclass(frozen=True)
class Former:
    """What former imports made of a batch: version numbers of what is known, and their files."""

    versions: dict[str, int]
    files: dict[str, Standing]


def former(batch: Sequence[Incoming]) -> Former:
    again = [each for each in batch if each.previous]
    found = stored.documents({one.previous.entity_id for one in again if one.previous}, COLLECTION)
    ids = [
        filing.file_id(one, n) for one in again for n, _ in enumerate(one.node.children("content"))
    ]
    versions = {key: int(body.get("version", 1)) for key, body in found.items()}
    return Former(versions, filing.standing(ids))


def take_document_reference(incoming: Incoming) -> Taken:
    """The first attachment is the document; others are documents too, or described in `metadata`."""
    patient = incoming.require("subject", "Patient")
    found = [attached(one.child("attachment")) for one in incoming.node.children("content")]
    first = found[0] if found else Attached({})
    made = [_metadata(incoming, patient, first, found[1:])]
    filed = _filed(incoming, patient, found, made)
    if first.text:
        made.append(_note(incoming, patient, _title(incoming, first), first.text, made[0]))
        made[0].body["metadata"]["note_id"] = made[-1].pk
    rows = [one.document for one in filed]
    return Taken(incoming, made[0].entity(), rows=rows, documents=made, note=filed)


def _filed(
    incoming: Incoming, patient: str, found: list[Attached], made: list[Document]
) -> list[Filed]:
    """Every file among them; of all but the first MongoDB is told by a document of its own."""
    filed = []
    for number, one in enumerate(found):
        about = _about(incoming, patient, one, number, made[0])
        done = filing.file_away(one, about, incoming.prepared.files.get(about.id))
        if done is None:
            continue
        filed.append(done)
        if number:
            made.append(filing.metadata_of(about, done))
        else:
            made[0].body |= done.facts
    return filed


def _about(incoming: Incoming, patient: str, one: Attached, number: int, made: Document) -> About:
    at, _ = shape.when(incoming.node, "date", "created")
    title = _title(incoming, one)
    return About(
        id=filing.file_id(incoming, number),
        metadata_id=filing.metadata_id(incoming, number) if number else made.pk,
        patient=patient,
        title=f"{title}, {one.name or number + 1}" if number else title,
        category=Category.OTHER.value,
        at=at,
        visit=_visit(incoming),
        archived_reason=WHY_ARCHIVED.get(incoming.node.text("status"), ""),
    )


def _title(incoming: Incoming, first: Attached) -> str:
    node = incoming.node
    return (
        node.text("description") or node.concept("type").text or str(first.known.get("title", ""))
    )


def _metadata(
    incoming: Incoming, patient: str, first: Attached, others: list[Attached]
) -> Document:
    node, file = incoming.node, first.known
    at, precision = shape.when(node, "date", "created")
    more: dict[str, Any] = {
        name: file[name] for name in ("content", "why_no_document") if name in file
    }
    if beside := [_described(one) for one in others if one.file is None]:
        more["others"] = beside
    body = {
        "document_id": incoming.id,
        "version": _version(incoming),
        "supersedes": _former(incoming),
        "visit_id": _visit(incoming),
        "category": (node.first("category").as_concept().text or node.concept("type").text)[:100],
        "title": _title(incoming, first)[:300],
        "filename": first.name[:300],
        "mime": file.get("mime"),
        "size": file.get("size"),
        "sha256": file.get("sha256"),
        "status": STATUSES.get(node.text("status"), "current"),
        "uploaded_by": shape.who(incoming, "author"),
        "uploaded_at": at or datetime.now(UTC),
        "created_at": at or datetime.now(UTC),
        "metadata": {**node.rest(*SAID, concepts=["type"]), **precision, **more},
    }
    known = {name: value for name, value in body.items() if value not in (None, "")}
    return Document(COLLECTION, incoming.document_id(), patient, known)


def _described(one: Attached) -> dict[str, Any]:
    return {**one.known, "text": one.text} if one.text is not None else one.known


def _version(incoming: Incoming) -> int:
    previous = incoming.previous
    return 1 + incoming.prepared.versions.get(previous.entity_id, 1) if previous else 1


def _former(incoming: Incoming) -> str | None:
    previous = incoming.previous
    return previous.entity_id if previous and previous.entity_type == COLLECTION else None


def _visit(incoming: Incoming) -> str | None:
    found = (incoming.find(each, "Encounter") for each in incoming.targets("context.encounter"))
    return next(filter(None, found), None)


def _note(incoming: Incoming, patient: str, title: str, text: str, of: Document) -> Document:
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
        metadata={"document_id": of.body["document_id"]},
        part=f"note|{incoming.waiting.digest.hex()}",
        visit_id=_visit(incoming),
        code=node.concept("type").code[: shape.CODE_LENGTH],
        created_by=shape.who(incoming, "author"),
    )


def write_files(batch: Sequence[Taken]) -> None:
    filing.write_versions(one for taken in batch for one in taken.note or ())


HANDLERS = {
    "DocumentReference": Handler(
        take_document_reference,
        turn=Turn.SUMMARIES,
        links={
            "subject": ["Patient"],
            "context.encounter": ["Encounter"],
            "author": PRACTITIONERS,
        },
        prepare=former,
        finish=write_files,
        entity=COLLECTION,
    ),
}
