"""DiagnosticReport becomes a lab result of all its observations, or the words of a report."""

from collections.abc import Sequence
from typing import Any

from clinical_docs.fhir import shape, stored
from clinical_docs.fhir.attachments import kept
from clinical_docs.fhir.observations import lab_request, tell_requests
from clinical_docs.fhir.panel import Panel
from core.importing.incoming import Incoming, Taken
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn
from core.importing.sanity import plain

IMAGING_CODES = {"RAD", "RX", "CT", "NMR", "RUS", "VUS", "394914008", "imaging"}
TIMES = ("effectiveDateTime", "effectivePeriod", "issued")
SAID = ("subject", "encounter", "status", "conclusion", "result", "presentedForm", *TIMES[:2])


def members(batch: Sequence[Incoming]) -> dict[str, dict[str, Any]]:
    """The documents that the observations of these reports became."""
    return stored.documents({each for incoming in batch for each in _member_ids(incoming)})


def _member_ids(incoming: Incoming) -> list[str]:
    found = (incoming.find(each, "Observation") for each in incoming.targets("result"))
    return [each for each in found if each]


def take_report(incoming: Incoming) -> Taken:
    """`members` names the observations' own documents, whose values are repeated here."""
    node = incoming.node
    panel, ids = Panel(), _member_ids(incoming)
    for each in ids:
        panel.merge(incoming.prepared.get(each, {}).get("data", {}))
    code = node.concept("code")
    at, precision = shape.when(node, *TIMES)
    request = lab_request(incoming)
    made = shape.document(
        incoming,
        _kind(incoming, panel),
        {
            "test_name": code.text or code.code or "Not named",
            **(panel.as_data() if panel.results else {}),
            **_words(incoming),
        },
        patient=incoming.require("subject", "Patient"),
        at=at,
        metadata={**node.rest(*SAID, concepts=["code"]), **precision},
        visit_id=incoming.find_at(node, "encounter", "Encounter"),
        lab_request_id=request,
        code=code.code[: shape.CODE_LENGTH],
        created_by=shape.who(incoming, "resultsInterpreter", "performer"),
        members=ids,
    )
    return shape.taken(incoming, made, (request, panel.summary()) if request else None)


def _kind(incoming: Incoming, panel: Panel) -> str:
    if panel.results:
        return "lab_result"
    node = incoming.node
    is_imaging = node.codes("category") & IMAGING_CODES or node.children("imagingStudy")
    return "imaging" if is_imaging else "diagnostic_report"


def _words(incoming: Incoming) -> dict[str, Any]:
    node = incoming.node
    forms = [kept(form) for form in node.children("presentedForm")]
    report = plain(node.narrative()) or "\n".join(form["text"] for form in forms if "text" in form)
    files = [form for form in forms if "text" not in form]
    words = {"report": report, "conclusion": node.text("conclusion"), "files": files}
    return {name: said for name, said in words.items() if said}


HANDLERS = {
    "DiagnosticReport": Handler(
        take_report,
        turn=Turn.SUMMARIES,
        links={
            **shape.COMMON_LINKS,
            "result": ["Observation"],
            "basedOn": ["ServiceRequest"],
            "performer": PRACTITIONERS,
            "resultsInterpreter": PRACTITIONERS,
        },
        prepare=members,
        finish=tell_requests,
        entity=shape.COLLECTION,
    ),
}
