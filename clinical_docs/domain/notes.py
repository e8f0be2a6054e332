"""Writing in the record: what is signed stands for good, and is corrected by a newer note."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from clinical_docs.choices import LONGEST_NOTE, SECTIONS
from clinical_docs.documents import ClinicalData
from clinical_docs.domain import drafting
from clinical_docs.models import NoteDraft
from clinical_docs.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from patients.models import Visit

Document = dict[str, Any]
UNTITLED = "Consultation"


class NothingWritten(ClinicError):
    """An empty note helps nobody."""


class NoteUnderWay(ClinicError):
    """Another note of the visit is being written."""


class AmendedAlready(ClinicError):
    """A newer note stands in its place; that one is to be amended."""


def write(patient_id: UUID, *, text: str, visit_id: UUID | None = None, by: User) -> ClinicalData:
    """Add a signed note; it is corrected by another one that supersedes it, never edited.

    Raises NothingWritten for blanks, NotAllowed without the permission `notes.write`.
    """
    require(by, "notes.write")
    text = text.strip()
    if not text:
        raise NothingWritten("Write something first.")
    if len(text) > LONGEST_NOTE:
        raise NothingWritten(f"A note has at most {LONGEST_NOTE} characters; split it into two.")
    signed = {"signed_by": by.display_name, "signed_at": timezone.now().isoformat()}
    note = ClinicalData(
        patient_id=str(patient_id),
        visit_id=str(visit_id) if visit_id else None,
        data_type="clinical_note",
        data={"title": "Note", "text": text, **signed},
        created_by=str(by.pk),
    )
    with acting(user_id=by.pk), transaction.atomic():
        note.save()
    return note


def sign(visit_id: UUID, *, amended: Document | None = None, by: User) -> ClinicalData:
    """Sign what stands in the visit's draft: a note with its sections, and no draft any more.

    What amends an older note supersedes it; `amended` is that note, where it can be read.
    Raises NothingWritten or NotAllowed.
    """
    with drafting.opened(visit_id, by=by) as draft:
        texts = draft.texts()
        if not texts:
            raise NothingWritten("Nothing is written yet.")
        note = _composition(draft, texts, by)
        if amended is not None:
            note.data["amends_at"] = amended["created_at"].isoformat()
        note.save()
        draft.delete()
    return note


def amend(visit_id: UUID, document: Document, *, by: User) -> NoteDraft:
    """Open a signed note for correction: its words become the draft, the note stays as it is.

    Raises NoteUnderWay while another note is being written, AmendedAlready, or NotAllowed.
    """
    if document.get("amended_by"):
        raise AmendedAlready("This note was amended already; amend the newer one.")
    with drafting.opened(visit_id, by=by) as draft:
        if draft.texts() or draft.amends:
            raise NoteUnderWay("Sign or put away the note being written first.")
        draft.amends, draft.template = str(document["_id"]), _template_of(document)
        drafting.put(draft, sections_of(document), by=by)
    return draft


def sections_of(document: Document) -> dict[str, str]:
    """A signed note's words by section; a note without any stands under its history."""
    data = document.get("data", {})
    named = {one.get("name"): one.get("text", "") for one in data.get("sections") or ()}
    found = {name: named[name] for name in SECTIONS if named.get(name)}
    return found or {"history": str(data.get("text", ""))}


def _composition(draft: NoteDraft, texts: dict[str, str], by: User) -> ClinicalData:
    visit = Visit.objects.only("patient_id").get(pk=draft.pk)
    sections = [{"name": n, "title": SECTIONS[n], "text": t.strip()} for n, t in texts.items()]
    signed = {"signed_by": by.display_name, "signed_at": timezone.now().isoformat()}
    data = {"title": draft.template or UNTITLED, "sections": sections, **signed}
    return ClinicalData(
        patient_id=str(visit.patient_id),
        visit_id=str(draft.pk),
        data_type="clinical_note",
        data={**data, **_others(draft, by)},
        created_by=str(by.pk),
        supersedes=draft.amends or None,
        status="amended" if draft.amends else "final",
    )


def _others(draft: NoteDraft, by: User) -> dict[str, list[str]]:
    """Who wrote parts of it, besides whoever signs."""
    ids = {one.get("by") for one in draft.sections.values() if one.get("text")} - {str(by.pk)}
    names = [one.display_name for one in User.objects.filter(pk__in=ids).order_by("family_name")]
    return {"written_with": names} if names else {}


def _template_of(document: Document) -> str:
    title = str(document.get("data", {}).get("title") or "")
    return "" if title in ("Note", UNTITLED) else title[:80]
