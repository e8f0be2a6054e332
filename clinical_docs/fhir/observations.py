"""Observation becomes a document of one panel: vital signs, a lab result, or another observation."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from clinical_docs.fhir import shape
from clinical_docs.fhir.panel import Panel, are_plain
from core.importing.incoming import Incoming, Taken
from core.importing.node import Node
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn

KINDS = {
    "vital-signs": "vital_signs",
    "vital-sign": "vital_signs",
    "laboratory": "lab_result",
    "LAB": "lab_result",
}
TIMES = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
SAID = (
    "subject",
    "encounter",
    "status",
    *TIMES[:3],
    "interpretation",
    "valueQuantity",
    "valueString",
    "valueInteger",
    "valueBoolean",
)
SET_RESULTS = """
    UPDATE lab_requests SET result_document = result.document, flag_summary = result.flags
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS result (id, document, flags, former)
    WHERE lab_requests.id = result.id AND lab_requests.result_document IN ('', result.former)
"""


def take_observation(incoming: Incoming) -> Taken:
    """One document; its lab request, if any, is told where the result is."""
    node = incoming.node
    kind = next(
        (KINDS[code] for code in sorted(node.codes("category")) if code in KINDS), "observation"
    )
    code = node.concept("code")
    panel = Panel()
    panel.add(node)
    for component in node.children("component"):
        panel.add(component)
    at, precision = shape.when(node, *TIMES)
    request = lab_request(incoming)
    made = shape.document(
        incoming,
        kind,
        {"test_name": code.text or code.code or "Not named", **panel.as_data()},
        patient=incoming.require("subject", "Patient"),
        at=at,
        metadata={**_rest(node, kind), **precision},
        visit_id=incoming.find_at(node, "encounter", "Encounter"),
        lab_request_id=request,
        code=code.code[: shape.CODE_LENGTH],
        created_by=shape.who(incoming, "performer"),
    )
    return shape.taken(incoming, made, (request, panel.summary()) if request else None)


def lab_request(incoming: Incoming) -> str | None:
    """The lab request an observation or report answers."""
    found = (incoming.find(each, "ServiceRequest") for each in incoming.targets("basedOn"))
    return next(filter(None, found), None)


def _rest(node: Node, kind: str) -> dict[str, Any]:
    said = [*SAID]
    if kind != "observation":
        said.append("category")
    if are_plain(node.children("referenceRange")):
        said.append("referenceRange")
    if not any("valueCodeableConcept" in each for each in node.children("component")):
        said.append("component")
    return node.rest(*said, concepts=["code"])


def tell_requests(batch: Sequence[Taken]) -> None:
    """The lab requests learn their result's document; the first one stays."""
    results = {
        taken.note[0]: (taken.entity[1], taken.note[1], _former(taken))
        for taken in reversed(batch)
        if taken.note
    }
    if results:
        columns = zip(*results.values(), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(SET_RESULTS, [list(results), *map(list, columns)])


def _former(taken: Taken) -> str:
    return taken.incoming.previous.entity_id if taken.incoming.previous else ""


HANDLERS = {
    "Observation": Handler(
        take_observation,
        turn=Turn.RESULTS,
        links={
            **shape.COMMON_LINKS,
            "basedOn": ["ServiceRequest"],
            "performer": PRACTITIONERS,
        },
        finish=tell_requests,
        entity=shape.COLLECTION,
    ),
}
