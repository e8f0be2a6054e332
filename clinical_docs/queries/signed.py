"""Notes that are signed, of one visit."""

from datetime import datetime
from typing import Any
from uuid import UUID

from core.databases import mongo
from core.outbox import sealing
from core.outbox.queries import waiting_documents
from patients.models import Visit

Document = dict[str, Any]
NOTE = "clinical_note"


def notes_of(visit: Visit) -> list[Document]:
    """The newest first; `amended_by` is the newer note that stands in place of one, if any does.

    What was written a moment ago is there too. Raises ServiceUnavailable without MongoDB.
    """
    mine = {"patient_id": str(visit.patient_id), "data_type": NOTE, "visit_id": str(visit.pk)}
    # First, or one that arrives meanwhile would be in neither.
    waiting = waiting_documents(visit.patient_id, "clinical_data")
    with mongo.reading():
        arrived = sealing.all_opened("clinical_data", mongo.collection("clinical_data").find(mine))
    found = {str(one["_id"]): one for one in (*arrived, *(w for w in waiting if _is_of(w, mine)))}
    newer = {one["supersedes"]: key for key, one in found.items() if one.get("supersedes")}
    marked = [{**one, "amended_by": newer.get(key, "")} for key, one in found.items()]
    return sorted(marked, key=_moment, reverse=True)


def note_of(visit: Visit, document_id: UUID) -> Document | None:
    """The note of this id, if it is one of the visit's."""
    return next((one for one in notes_of(visit) if str(one["_id"]) == str(document_id)), None)


def _is_of(document: Document, mine: dict[str, str]) -> bool:
    return all(document.get(name) == value for name, value in mine.items())


def _moment(document: Document) -> datetime:
    moment: datetime = document["created_at"]
    return moment
