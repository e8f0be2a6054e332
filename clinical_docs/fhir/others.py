"""Any other resource about a patient becomes a document of its own `data_type`, as it stands."""

import re
from collections.abc import Sequence
from typing import Any

from clinical_docs.fhir import shape, undated
from core.importing.incoming import Incoming, Taken
from core.importing.kept import keep
from core.importing.node import Node
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import ANY_TYPE, Handler, Turn
from core.importing.sanity import plain

PATIENT_FIELDS = ("subject", "patient", "beneficiary", "for", "individual", "candidate")
VISIT_FIELDS = ("encounter", "context")
AUTHOR_FIELDS = ("recorder", "asserter", "assessor", "author", "requester", "performer.actor")
NAMING_FIELDS = (
    "code",
    "medicationCodeableConcept",
    "vaccineCode",
    "type",
    "category",
    "description",
    "relationship",
    "name",
    "title",
)
TIMES = (
    "performedDateTime",
    "performedPeriod",
    "effectiveDateTime",
    "effectivePeriod",
    "occurrenceDateTime",
    "occurrencePeriod",
    "period",
    "date",
    "authoredOn",
    "recordedDate",
    "created",
    "startDate",
    "timingPeriod",
    "billablePeriod",
    "issued",
)


def take_any(incoming: Incoming) -> Taken:
    """A document about the patient; what is about none is kept whole beside its key."""
    node = incoming.node
    patient = _patient(incoming)
    if patient is None:
        return keep(incoming)
    visit = first_of(incoming, VISIT_FIELDS, "Encounter")
    at, _ = shape.when(node, *TIMES)
    data = {"title": _title(node), **node.rest(*PATIENT_FIELDS)}
    narrative = node.narrative()
    made = shape.document(
        incoming,
        data_type(incoming.key.resource_type),
        data,
        patient=patient,
        at=at or undated.since(incoming, visit, patient),
        metadata={
            **({"narrative": plain(narrative)} if narrative else {}),
            **({} if at else {"undated": True}),
        },
        visit_id=visit,
        code=node.concept("code").code[: shape.CODE_LENGTH] if _is_concept(node, "code") else None,
        created_by=shape.who(incoming, *AUTHOR_FIELDS),
    )
    return shape.taken(incoming, made)


def data_type(resource_type: str) -> str:
    """`CarePlan` is kept as `care_plan`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", resource_type).lower()


def _patient(incoming: Incoming) -> str | None:
    """The patient it is about. Raises Unfit when it names one who was not imported."""
    found = first_of(incoming, PATIENT_FIELDS, "Patient")
    if found:
        return found
    for name in PATIENT_FIELDS:
        for reference in incoming.targets(name):
            if "Patient/" in reference or "Patient?" in reference:
                raise incoming.node.unfit(name, f"{reference[:120]} was not imported")
    return None


def first_of(incoming: Incoming, names: tuple[str, ...], resource_type: str) -> str | None:
    references = (each for name in names for each in incoming.targets(name))
    return next(filter(None, (incoming.find(each, resource_type) for each in references)), None)


def times_of_undated(batch: Sequence[Incoming]) -> undated.Times:
    """When those of the batch that name no time of their own may be taken to have been known."""
    lacking = [each for each in batch if not any(name in each.node for name in TIMES)]
    visits = {first_of(each, VISIT_FIELDS, "Encounter") for each in lacking}
    patients = {first_of(each, PATIENT_FIELDS, "Patient") for each in lacking}
    return undated.times(visits, patients)


def _title(node: Node) -> str:
    """What it is called; of a relative's history, what the relative had."""
    conditions = node.value.get("condition")
    listed = conditions if isinstance(conditions, list) else []
    had = [_words(each.get("code")) for each in listed if isinstance(each, dict)]
    return ": ".join(filter(None, (_name(node), ", ".join(filter(None, had)))))[:300]


def _name(node: Node) -> str:
    for name in NAMING_FIELDS:
        if text := _words(node.value.get(name)):
            return text[:300]
    return data_type(node.text("resourceType")).replace("_", " ").capitalize()


def _words(value: Any) -> str:
    if isinstance(value, list):
        return next(filter(None, map(_words, value)), "")
    if isinstance(value, dict):
        return Node(value).as_concept().text if {"text", "coding"} & value.keys() else ""
    return value if isinstance(value, str) else ""


def _is_concept(node: Node, name: str) -> bool:
    return isinstance(node.value.get(name), dict)


HANDLERS = {
    ANY_TYPE: Handler(
        take_any,
        turn=Turn.SUMMARIES,
        prepare=times_of_undated,
        links={
            **dict.fromkeys(PATIENT_FIELDS, ("Patient",)),
            **dict.fromkeys(VISIT_FIELDS, ("Encounter",)),
            **dict.fromkeys(AUTHOR_FIELDS, PRACTITIONERS),
        },
    ),
}
