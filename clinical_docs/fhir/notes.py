"""Composition becomes a clinical note; its sections' narratives become plain text."""

from collections.abc import Iterator
from typing import Any

from clinical_docs.fhir import shape
from core.importing.incoming import Incoming, Taken
from core.importing.node import Node
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn
from core.importing.sanity import plain

SAID = ("subject", "encounter", "status", "date", "title", "section")


def take_composition(incoming: Incoming) -> Taken:
    """A note, signed by whoever attested or wrote it."""
    node = incoming.node
    kind = node.concept("type")
    sections = list(_sections(node))
    at, precision = shape.when(node, "date")
    made = shape.document(
        incoming,
        "clinical_note",
        {
            "template": kind.text,
            "title": node.text("title") or kind.text or "Note",
            "sections": sections,
            "text": plain(node.narrative()),
            **_signature(node),
        },
        patient=incoming.require("subject", "Patient"),
        at=at,
        metadata={**node.rest(*SAID, concepts=["type"]), **precision},
        visit_id=incoming.find_at(node, "encounter", "Encounter"),
        code=kind.code[: shape.CODE_LENGTH],
        created_by=shape.who(incoming, "attester.party", "author"),
    )
    return shape.taken(incoming, made)


def _sections(node: Node) -> Iterator[dict[str, Any]]:
    """Sections in the order of reading; `entries` are the references they were made from."""
    for section in node.children("section"):
        known = {
            "title": section.text("title") or section.concept("code").text,
            "text": plain(section.narrative()),
            "code": section.concept("code").code,
            "entries": [entry.as_reference() for entry in section.children("entry")],
        }
        yield {name: value for name, value in known.items() if value}
        yield from _sections(section)


def _signature(node: Node) -> dict[str, str]:
    attester = node.first("attester")
    known = {
        "signed_by": shape.shown_name([attester.child("party"), *node.children("author")]),
        "signed_at": attester.text("time"),
    }
    return {name: value for name, value in known.items() if value}


HANDLERS = {
    "Composition": Handler(
        take_composition,
        turn=Turn.SUMMARIES,
        links={
            **shape.COMMON_LINKS,
            "author": PRACTITIONERS,
            "attester.party": PRACTITIONERS,
        },
        entity=shape.COLLECTION,
    ),
}
