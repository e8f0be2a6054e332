"""What clinical documents add to the record: results, vital signs, notes, files, and the rest."""

from typing import Any

from core.timeline.registry import DocumentSource, Kind

CARE = "patients.view_clinical"
KIND_OF_TYPE = {
    "vital_signs": "vitals",
    "growth": "vitals",
    "lab_result": "results",
    "imaging": "results",
    "diagnostic_report": "results",
    "observation": "results",
    "clinical_note": "notes",
    "letter": "letters",
}
TEMPLATES = {
    "vital_signs": "clinical_docs/entries/vitals.html",
    "growth": "clinical_docs/entries/vitals.html",
    "lab_result": "clinical_docs/entries/panel.html",
    "observation": "clinical_docs/entries/panel.html",
    "clinical_note": "clinical_docs/entries/note.html",
    "letter": "clinical_docs/entries/letter.html",
    "imaging": "clinical_docs/entries/report.html",
    "diagnostic_report": "clinical_docs/entries/report.html",
}
OTHER = "other"


def kind_of(data_type: str) -> str:
    """Whatever an import brought that has no kind of its own is kept under "Other"."""
    return KIND_OF_TYPE.get(data_type, OTHER)


def types_of(kinds: set[str]) -> dict[str, Any] | None:
    """The filter on `data_type` for these kinds; None when all of them are wanted."""
    types = [name for name, kind in KIND_OF_TYPE.items() if kind in kinds]
    if OTHER not in kinds:
        return {"$in": types}
    missing = [name for name, kind in KIND_OF_TYPE.items() if kind not in kinds]
    return {"$nin": missing} if missing else None


def template_of(data_type: str) -> str:
    return TEMPLATES.get(data_type, "clinical_docs/entries/other.html")


def stays(newer: dict[str, Any]) -> bool:
    """What was signed or verified once stays in the record, struck through beside its amendment."""
    return newer.get("status") == "amended"


CLINICAL_DATA = DocumentSource(
    collection="clinical_data",
    moment="created_at",
    type_field="data_type",
    kinds=(*dict.fromkeys(KIND_OF_TYPE.values()), OTHER),
    kind_of=kind_of,
    types_of=types_of,
    template=template_of,
    members="members",
    replaces="supersedes",
    stays=stays,
)
FILES = DocumentSource(
    collection="document_metadata",
    moment="uploaded_at",
    type_field="category",
    kinds=("files",),
    kind_of=lambda _: "files",
    types_of=lambda _: None,
    template=lambda _: "clinical_docs/entries/file.html",
    replaces="supersedes",
)
ADDITIONS = (
    Kind("notes", "Notes", CARE, 60),
    Kind("letters", "Letters", CARE, 65),
    Kind("files", "Documents", CARE, 70),
    Kind(OTHER, "Other", CARE, 90),
    CLINICAL_DATA,
    FILES,
)
