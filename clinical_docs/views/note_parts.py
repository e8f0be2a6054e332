"""What the note's panel draws, and how every act on a note is answered."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from clinical_docs.choices import SECTIONS
from clinical_docs.domain import drafting, notes
from clinical_docs.domain.drafting import Typed
from clinical_docs.models import NoteDraft, NoteRevision, NoteTemplate
from clinical_docs.queries.signed import note_of, notes_of
from core.accounts.access import StaffRequest
from core.editing.fields import KeyField
from core.errors import ClinicError, ServiceUnavailable
from core.live.broadcast import broadcaster
from core.shell.toasts import toast
from patients.models import Visit

SEE, WRITE = "patients.view_clinical", "consult.write"


class SignForm(forms.Form):
    """Its key makes a double click one signature."""

    key = KeyField()


@dataclass(frozen=True)
class Section:
    """A part of the note as the page draws it."""

    name: str
    title: str
    text: str
    version: int


def note_of_page(
    request: StaffRequest, visit: Visit, *, words: dict[str, Typed] | None = None
) -> dict[str, Any]:
    """What the note's panel draws, with these words where they could not be kept.

    `signed` is None while MongoDB does not answer.
    """
    signed, may_write = _signed(visit), request.user.has_perm(WRITE)
    draft = NoteDraft.objects.filter(pk=visit.pk).first() if may_write else None
    is_first = visit.state == Visit.State.IN_CONSULTATION and not signed
    is_asked = bool(words) or "write" in request.GET
    is_open = may_write and (draft is not None or is_first or is_asked)
    return {
        "visit": visit,
        "signed": signed,
        "draft": draft,
        "may_write": may_write,
        "is_writing": is_open,
        "sections": sections_of(draft, words or {}) if is_open else [],
        "templates": NoteTemplate.objects.filter(active=True) if is_open else [],
        "older_drafts": _older_drafts(visit) if may_write else 0,
        "sign_form": SignForm(),
        "window": uuid4().hex[:12],
    }


def typed(request: StaffRequest) -> dict[str, Typed]:
    """The sections that were sent, with the version each came from."""
    return {
        name: Typed(_lines(request.POST[name]), _number(request.POST.get(f"version-{name}", "")))
        for name in SECTIONS
        if name in request.POST
    }


def keep_typed(request: StaffRequest, visit: Visit) -> None:
    """What could not be signed stands in the draft, or under the older ones."""
    words = typed(request)
    try:
        drafting.save(visit.pk, words, page=window(request), by=request.user)
    except drafting.GoneMeanwhile:
        drafting.rescue(visit.pk, words, by=request.user)


def sign_typed(request: StaffRequest, visit: Visit) -> list[str]:
    """Keep what stands on the page and sign it; sections that clash, and then nothing is signed."""
    amended = _amended(visit)
    kept = drafting.save(visit.pk, typed(request), page=window(request), by=request.user)
    if not kept.clashes:
        notes.sign(visit.pk, amended=amended, by=request.user)
    return [one.name for one in kept.clashes]


def clash_in_words(clashes: list[str]) -> str:
    names = ", ".join(SECTIONS[name].lower() for name in clashes)
    return f"Not signed: somebody else wrote in {names}. Your words are under Older drafts."


def _amended(visit: Visit) -> dict[str, Any] | None:
    """The signed note that the draft will stand in place of, if it can be read at present."""
    draft = NoteDraft.objects.filter(pk=visit.pk).exclude(amends="").first()
    try:
        return note_of(visit, UUID(draft.amends)) if draft else None
    except ServiceUnavailable:
        return None


def refused(request: StaffRequest, visit: Visit, error: ClinicError) -> HttpResponse:
    """Nothing typed is lost: it stands in the form, or under the older drafts."""
    is_gone, words = isinstance(error, drafting.GoneMeanwhile), typed(request)
    if is_gone:
        drafting.rescue(visit.pk, words, by=request.user)
    answer = panel(request, visit, status=422, words={} if is_gone else words)
    return toast(answer, str(error), kind="warn")


def panel(
    request: StaffRequest,
    visit: Visit,
    *,
    status: int = 200,
    words: dict[str, Typed] | None = None,
) -> HttpResponse:
    page = note_of_page(request, visit, words=words)
    return render(request, "clinical_docs/consult.html#note", page, status=status)


def done(request: StaffRequest, visit: Visit, said: str, *, undo: str = "") -> HttpResponse:
    """The panel as it is now; what stands beside it on this page asks again at once."""
    tell(visit)
    answer = panel(request, visit)
    trigger_client_event(answer, f"live:patient:{visit.patient_id}")
    return toast(answer, said, undo=undo) if said else answer


def tell(visit: Visit) -> None:
    """Colleagues who have the page open look again at what is being written."""
    broadcaster.nudge(f"visit:{visit.pk}")


def _signed(visit: Visit) -> list[dict[str, Any]] | None:
    try:
        return notes_of(visit)
    except ServiceUnavailable:
        return None


def sections_of(draft: NoteDraft | None, words: dict[str, Typed]) -> list[Section]:
    kept = draft.texts() if draft else {}
    texts = {**kept, **{name: one.text for name, one in words.items()}}
    return [
        Section(name, title, texts.get(name, ""), drafting.version_of(draft, name))
        for name, title in SECTIONS.items()
    ]


def _older_drafts(visit: Visit) -> int:
    return NoteRevision.objects.filter(visit=visit).count()


def _lines(text: str) -> str:
    """Browsers end a line with two characters; PostgreSQL holds no NUL."""
    return text.replace("\r\n", "\n").replace("\0", "")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def window(request: StaffRequest) -> str:
    return request.POST.get("window", "")[:20]
