"""Encounter becomes a visit."""

from datetime import datetime

from core.capture.names import entity_type
from core.importing.incoming import Incoming, Row, Taken
from core.importing.node import Node
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn
from patients.models import Visit

VISIT = entity_type(Visit)
State, Kind = Visit.State, Visit.Kind
STATES = {
    "arrived": State.REGISTERED,
    "triaged": State.TRIAGED,
    "in-progress": State.IN_CONSULTATION,
    "onleave": State.IN_CONSULTATION,
    "finished": State.CLOSED,
    "unknown": State.CLOSED,
    "cancelled": State.CANCELLED,
    "entered-in-error": State.ENTERED_IN_ERROR,
}
PLANNED = "planned"
STATUSES = frozenset({*STATES, PLANNED})
KINDS = {
    "EMER": Kind.EMERGENCY,
    "VR": Kind.VIRTUAL,
    "IMP": Kind.INPATIENT,
    "ACUTE": Kind.INPATIENT,
    "NONAC": Kind.INPATIENT,
    "OBSENC": Kind.INPATIENT,
    "SS": Kind.INPATIENT,
}
# Who was in charge, the most telling role first.
ROLES = ("ATND", "PPRF", "SPRF", "ADM", "DIS")


def take_encounter(incoming: Incoming) -> Taken | None:
    """A visit; one that is only planned is none yet and left to whoever keeps documents."""
    node = incoming.node
    status = node.text("status", among=STATUSES)
    if status == PLANNED:
        return None
    opened, closed = _period(node)
    values = {
        "id": incoming.id,
        "patient_id": incoming.require("subject", "Patient"),
        "kind": _kind(node).value,
        "state": STATES.get(status, State.CLOSED).value,
        "clinician_id": _clinician(incoming),
        "reason": _reason(node),
        "opened_at": opened,
        "closed_at": closed,
        "metadata": node.rest("subject"),
    }
    return Taken(incoming, (VISIT, incoming.id), [Row(Visit, values)])


def _period(node: Node) -> tuple[datetime, datetime | None]:
    """Beginning and end. An end before the beginning is no end; `metadata` keeps both."""
    period = node.child("period")
    end = period.moment("end")
    start = period.moment("start") or end or node.child("meta").moment("lastUpdated")
    if start is None:
        raise node.unfit("period.start", "is missing")
    return start, end if end and end >= start else None


def _kind(node: Node) -> Visit.Kind:
    usual = Kind.APPOINTMENT if node.children("appointment") else Kind.WALK_IN
    return KINDS.get(node.child("class").text("code"), usual)


def _clinician(incoming: Incoming) -> str | None:
    participants = incoming.node.children("participant")
    for participant in sorted(participants, key=_rank):
        if user := incoming.find_at(participant, "individual", *PRACTITIONERS):
            return user
    return None


def _rank(participant: Node) -> int:
    codes = participant.codes("type")
    return next((rank for rank, role in enumerate(ROLES) if role in codes), len(ROLES))


def _reason(node: Node) -> str:
    given = [concept.text for concept in node.concepts("reasonCode")]
    return "; ".join(filter(None, given)) or node.first("type").as_concept().text


HANDLERS = {
    "Encounter": Handler(
        take_encounter,
        turn=Turn.OCCASIONS,
        links={"subject": ["Patient"], "participant.individual": PRACTITIONERS},
        is_sought=True,
        entity=VISIT,
    ),
}
