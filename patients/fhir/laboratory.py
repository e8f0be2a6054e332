"""ServiceRequest becomes a lab request where a laboratory is asked, Specimen a specimen."""

from core.capture.names import entity_type
from core.importing.incoming import Incoming, Row, Taken
from core.importing.node import Node
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn
from patients.models import LabRequest, Specimen

LAB_CODES = {"108252007", "LAB", "laboratory", "CH", "HM", "MB", "SR"}
State, Priority = LabRequest.State, LabRequest.Priority
STATES = {
    "draft": State.REQUESTED,
    "active": State.REQUESTED,
    "on-hold": State.REQUESTED,
    "unknown": State.REQUESTED,
    "completed": State.VERIFIED,
    "revoked": State.CANCELLED,
    "entered-in-error": State.CANCELLED,
}
STATUSES = frozenset(STATES)
PRIORITIES = {"stat": Priority.STAT, "asap": Priority.URGENT, "urgent": Priority.URGENT}
LAB_REQUEST = entity_type(LabRequest)


def take_service_request(incoming: Incoming) -> Taken | None:
    """A lab request; what is asked of others is left to whoever keeps documents."""
    node = incoming.node
    if not node.codes("category") & LAB_CODES:
        return None
    code = node.concept("code")
    asked = node.moment("authoredOn") or node.moment("occurrenceDateTime")
    if asked is None:
        raise node.unfit("authoredOn", "is missing")
    values = {
        "id": incoming.id,
        "patient_id": incoming.require("subject", "Patient"),
        "visit_id": incoming.find_at(node, "encounter", "Encounter"),
        "name": (code.text or "Not named")[:300],
        "code": code.code[:60],
        "code_system": code.system[:200],
        "priority": PRIORITIES.get(node.text("priority"), Priority.ROUTINE).value,
        "state": STATES.get(node.text("status", among=STATUSES), State.REQUESTED).value,
        "requester_id": incoming.find_at(node, "requester", *PRACTITIONERS),
        "requested_at": asked,
        "metadata": node.rest("subject", "authoredOn", concepts=["code"]),
    }
    return Taken(incoming, (LAB_REQUEST, incoming.id), [Row(LabRequest, values)])


def take_specimen(incoming: Incoming) -> Taken:
    """A specimen, under its own number and its source's name."""
    node = incoming.node
    collection = node.child("collection")
    period = collection.child("collectedPeriod")
    values = {
        "id": incoming.id,
        "patient_id": incoming.require("subject", "Patient"),
        "request_id": _request(incoming),
        "accession": _accession(incoming),
        "kind": node.concept("type").text[:200],
        "collected_at": collection.moment("collectedDateTime") or period.moment("start"),
        "received_at": node.moment("receivedTime"),
        "metadata": node.rest("subject", "receivedTime", concepts=["type"]),
    }
    return Taken(incoming, (entity_type(Specimen), incoming.id), [Row(Specimen, values)])


def _request(incoming: Incoming) -> str | None:
    found = (
        incoming.find(node.as_reference(), "ServiceRequest")
        for node in incoming.node.children("request")
    )
    return next(filter(None, found), None)


def _accession(incoming: Incoming) -> str:
    """Laboratories number anew every year, and so do other sources: the source comes first."""
    node: Node = incoming.node.child("accessionIdentifier")
    return f"{incoming.waiting.source}/{node.text('value') or incoming.key.resource_id}"[-100:]


HANDLERS = {
    "ServiceRequest": Handler(
        take_service_request,
        links={"subject": ["Patient"], "encounter": ["Encounter"], "requester": PRACTITIONERS},
        entity=LAB_REQUEST,
    ),
    "Specimen": Handler(
        take_specimen,
        turn=Turn.RESULTS,
        links={"subject": ["Patient"], "request": ["ServiceRequest"]},
    ),
}
