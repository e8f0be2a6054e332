"""ImagingStudy becomes an imaging document: modality, study, series."""

from typing import Any

from clinical_docs.fhir import shape
from core.importing.incoming import Incoming, Taken
from core.importing.node import Node
from core.importing.registry import Handler

OID = "urn:oid:"
SAID = ("subject", "encounter", "status", "started", "description", "modality", "series")


def take_study(incoming: Incoming) -> Taken:
    """The images themselves stay where they are."""
    node = incoming.node
    series = [_series(each) for each in node.children("series")]
    modalities = [each.as_coding().code for each in node.children("modality")]
    modalities += [each["modality"] for each in series if "modality" in each]
    at, precision = shape.when(node, "started")
    procedure = node.first("procedureCode").as_concept()
    made = shape.document(
        incoming,
        "imaging",
        {
            "title": node.text("description") or procedure.text or "Imaging study",
            "modality": ", ".join(dict.fromkeys(filter(None, modalities))),
            "study_uid": _study_uid(node),
            "series": series,
        },
        patient=incoming.require("subject", "Patient"),
        at=at,
        metadata={**node.rest(*SAID), **precision},
        visit_id=incoming.find_at(node, "encounter", "Encounter"),
        code=procedure.code[: shape.CODE_LENGTH],
    )
    return shape.taken(incoming, made)


def _study_uid(node: Node) -> str:
    values = [identifier.text("value") for identifier in node.children("identifier")]
    return next((v.removeprefix(OID) for v in values if v.startswith(OID)), "")


def _series(node: Node) -> dict[str, Any]:
    known = {
        "uid": node.text("uid"),
        "number": node.number("number"),
        "modality": node.child("modality").as_coding().code,
        "body_site": node.child("bodySite").as_coding().text,
        "description": node.text("description"),
        "instances": node.number("numberOfInstances") or len(node.children("instance")),
        "details": node.rest("uid", "number", "modality", "bodySite", "description"),
    }
    return {name: value for name, value in known.items() if value not in ("", None)}


HANDLERS = {
    "ImagingStudy": Handler(take_study, links=shape.COMMON_LINKS, entity=shape.COLLECTION),
}
