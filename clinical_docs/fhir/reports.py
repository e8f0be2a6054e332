"""DiagnosticReport becomes a lab result of all its observations, or the words of a report."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from clinical_docs.choices import Category
from clinical_docs.fhir import filing, shape, stored
from clinical_docs.fhir.attachments import Attached, attached
from clinical_docs.fhir.filing import About, Filed, Standing
from clinical_docs.fhir.observations import lab_request, tell_requests
from clinical_docs.fhir.panel import Panel
from core.importing.incoming import Document, Incoming, Taken
from core.importing.practitioners import PRACTITIONERS
from core.importing.registry import Handler, Turn
from core.importing.sanity import plain

IMAGING_CODES = {"RAD", "RX", "CT", "NMR", "RUS", "VUS", "394914008", "imaging"}
TIMES = ("effectiveDateTime", "effectivePeriod", "issued")
SAID = ("subject", "encounter", "status", "conclusion", "result", "presentedForm", *TIMES[:2])


CATEGORIES = {"lab_result": Category.LABORATORY, "imaging": Category.IMAGING}


@dataclass(frozen=True)
class Former:
    """The documents that the observations of these reports became, and the reports' own files."""

    members: dict[str, dict[str, Any]]
    files: dict[str, Standing]


@dataclass(frozen=True)
class Note:
    """For `finish`: what the lab request is to learn, and the files."""

    result: tuple[str, Any] | None
    filed: list[Filed]


def former(batch: Sequence[Incoming]) -> Former:
    members = stored.documents({each for incoming in batch for each in _member_ids(incoming)})
    again = (each for each in batch if each.previous)
    forms = [
        filing.file_id(one, n)
        for one in again
        for n, _ in enumerate(one.node.children("presentedForm"))
    ]
    return Former(members, filing.standing(forms))


def _member_ids(incoming: Incoming) -> list[str]:
    found = (incoming.find(each, "Observation") for each in incoming.targets("result"))
    return [each for each in found if each]


def take_report(incoming: Incoming) -> Taken:
    """`members` names the observations' own documents, whose values are repeated here."""
    node, patient = incoming.node, incoming.require("subject", "Patient")
    panel, ids = Panel(), _member_ids(incoming)
    for each in ids:
        panel.merge(incoming.prepared.members.get(each, {}).get("data", {}))
    code = node.concept("code")
    at, precision = shape.when(node, *TIMES)
    request, kind = lab_request(incoming), _kind(incoming, panel)
    forms = [attached(form) for form in node.children("presentedForm")]
    made = shape.document(
        incoming,
        kind,
        {
            "test_name": code.text or code.code or "Not named",
            **(panel.as_data() if panel.results else {}),
            **_words(incoming, forms),
        },
        patient=patient,
        at=at,
        metadata={**node.rest(*SAID, concepts=["code"]), **precision},
        visit_id=incoming.find_at(node, "encounter", "Encounter"),
        lab_request_id=request,
        code=code.code[: shape.CODE_LENGTH],
        created_by=shape.who(incoming, "resultsInterpreter", "performer"),
        members=ids,
    )
    result = (request, panel.summary()) if request else None
    return _with_files(incoming, shape.taken(incoming, made), forms, kind, result)


def _with_files(
    incoming: Incoming,
    taken: Taken,
    forms: list[Attached],
    kind: str,
    result: tuple[str, Any] | None,
) -> Taken:
    """The report as it was printed becomes a document beside what it says."""
    filed = []
    for number, form in enumerate(forms):
        about = _about(incoming, taken.documents[0], form, number, kind)
        if done := filing.file_away(form, about, incoming.prepared.files.get(about.id)):
            filed.append(done)
            taken.rows.append(done.document)
            taken.documents.append(filing.metadata_of(about, done))
    taken.note = Note(result, filed)
    return taken


def _about(incoming: Incoming, made: Document, form: Attached, number: int, kind: str) -> About:
    at, _ = shape.when(incoming.node, *TIMES)
    is_wrong = incoming.node.text("status") == "entered-in-error"
    return About(
        id=filing.file_id(incoming, number),
        metadata_id=filing.metadata_id(incoming, number),
        patient=made.patient_id,
        title=str(form.known.get("title") or made.body["data"]["test_name"]),
        category=CATEGORIES.get(kind, Category.OTHER).value,
        at=at,
        visit=made.body.get("visit_id"),
        archived_reason="entered in error where it comes from" if is_wrong else "",
    )


def _kind(incoming: Incoming, panel: Panel) -> str:
    if panel.results:
        return "lab_result"
    node = incoming.node
    is_imaging = node.codes("category") & IMAGING_CODES or node.children("imagingStudy")
    return "imaging" if is_imaging else "diagnostic_report"


def _words(incoming: Incoming, forms: list[Attached]) -> dict[str, Any]:
    node = incoming.node
    report = plain(node.narrative()) or "\n".join(form.text for form in forms if form.text)
    files = [
        form.known | ({"document_id": filing.file_id(incoming, n)} if form.file else {})
        for n, form in enumerate(forms)
        if form.text is None
    ]
    words = {"report": report, "conclusion": node.text("conclusion"), "files": files}
    return {name: said for name, said in words.items() if said}


def finish(batch: Sequence[Taken]) -> None:
    filing.write_versions(one for taken in batch for one in taken.note.filed)
    tell_requests([replace(taken, note=taken.note.result) for taken in batch])


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
        prepare=former,
        finish=finish,
        entity=shape.COLLECTION,
    ),
}
