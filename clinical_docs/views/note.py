"""The note of a visit: kept while it is typed, signed, amended, brought back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from clinical_docs.choices import SECTIONS
from clinical_docs.domain import drafting, notes, revisions
from clinical_docs.domain.drafting import Clash, Kept, Typed
from clinical_docs.models import NoteDraft, NoteRevision, NoteTemplate
from clinical_docs.queries.consult import visit_or_404
from clinical_docs.queries.signed import note_of, notes_of
from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.editing.fields import KeyField, told
from core.editing.keys import once
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


@require_http_methods(["GET", "POST"])
@access(SEE)
def note(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The note's panel, `?write` opened for another note, or its `?state`; POST keeps what is typed."""
    visit = visit_or_404(request.user, visit_id)
    if request.method == "POST":
        return _kept(request, visit)
    return _state(request, visit) if "state" in request.GET else _panel(request, visit)


@require_POST
@access(WRITE)
def sign(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """What stands on the page is kept, then signed; not when somebody else wrote meanwhile."""
    visit = visit_or_404(request.user, visit_id)
    form = SignForm(request.POST)
    try:
        if not form.is_valid():
            raise notes.NothingWritten(told(form))
        clashes = _sign_once(request, visit, form.cleaned_data["key"])
    except ClinicError as error:
        return toast(_panel(request, visit, status=422), str(error), kind="warn")
    if clashes:
        names = ", ".join(SECTIONS[name].lower() for name in clashes)
        said = f"Not signed: somebody else wrote in {names}. Your words are under Older drafts."
        return toast(_panel(request, visit, status=409), said, kind="warn")
    return _done(request, visit, "Note signed.")


@require_POST
@access(WRITE)
def template(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Fill in what a template asks for; sections with words keep them."""
    visit = visit_or_404(request.user, visit_id)
    chosen = get_object_or_404(NoteTemplate, name=request.POST.get("template", ""), active=True)
    try:
        drafting.save(visit.pk, typed(request), page=_window(request), by=request.user)
        drafting.apply_template(visit.pk, chosen, by=request.user)
    except ClinicError as error:
        return toast(_panel(request, visit, status=409), str(error), kind="warn")
    return _done(request, visit, "")


@require_safe
@access(WRITE)
def older(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Older drafts of the visit's note, the newest first."""
    visit = visit_or_404(request.user, visit_id)
    kept = NoteRevision.objects.filter(visit=visit).select_related("by")
    page = {"visit": visit, "kept": list(kept[: revisions.MOST_OF_A_VISIT * 2])}
    page["most"], page["titles"] = revisions.MOST_OF_A_VISIT, SECTIONS
    return render(request, "clinical_docs/note_drafts.html", page)


@require_POST
@access(WRITE)
def restore(request: StaffRequest, visit_id: UUID, revision_id: int) -> HttpResponse:
    """Bring an older draft back; what stands now becomes the newest of them."""
    visit = visit_or_404(request.user, visit_id)
    try:
        before = drafting.restore(visit.pk, revision_id, by=request.user)
    except NoteRevision.DoesNotExist as error:
        raise Http404 from error
    undo = _restoring(visit, before) if before and "undo" not in request.GET else ""
    return _done(request, visit, "The older draft is back.", undo=undo)


@require_POST
@access(WRITE)
def discard(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Put the note away; it stays under the older drafts."""
    visit = visit_or_404(request.user, visit_id)
    before = drafting.discard(visit.pk, by=request.user)
    return _done(request, visit, "Note put away.", undo=_restoring(visit, before) if before else "")


@require_POST
@access(WRITE)
def amend(request: StaffRequest, visit_id: UUID, document_id: UUID) -> HttpResponse:
    """Open a signed note for correction."""
    visit = visit_or_404(request.user, visit_id)
    try:
        signed = note_of(visit, document_id)
        if signed is None:
            raise Http404
        notes.amend(visit.pk, signed, by=request.user)
    except ClinicError as error:
        return toast(_panel(request, visit, status=409), str(error), kind="warn")
    return _done(request, visit, "")


def note_of_page(request: StaffRequest, visit: Visit) -> dict[str, Any]:
    """What the note's panel draws. `signed` is None while MongoDB does not answer."""
    signed, may_write = _signed(visit), request.user.has_perm(WRITE)
    draft = NoteDraft.objects.filter(pk=visit.pk).first() if may_write else None
    is_first = visit.state == Visit.State.IN_CONSULTATION and not signed
    is_open = may_write and (draft is not None or is_first or "write" in request.GET)
    return {
        "visit": visit,
        "signed": signed,
        "draft": draft,
        "may_write": may_write,
        "is_writing": is_open,
        "sections": _sections(draft) if is_open else [],
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


def _kept(request: StaffRequest, visit: Visit) -> HttpResponse:
    """When it was saved, the versions for the page, and where somebody else was quicker."""
    try:
        kept = drafting.save(visit.pk, typed(request), page=_window(request), by=request.user)
    except drafting.GoneMeanwhile as error:
        return JsonResponse({"gone": str(error)}, status=409)
    except drafting.TooLong as error:
        return JsonResponse({"error": str(error)}, status=413)
    if kept.changed:
        _tell(visit)
    return JsonResponse(_answer(kept))


def _state(request: StaffRequest, visit: Visit) -> HttpResponse:
    """What stands in each section now, for a page that has the note open."""
    draft = NoteDraft.objects.filter(pk=visit.pk).first() if request.user.has_perm(WRITE) else None
    sections = _sections(draft) if draft else []
    told = {one.name: {"text": one.text, "version": one.version} for one in sections}
    return JsonResponse({"sections": told})


def _answer(kept: Kept) -> dict[str, Any]:
    clashed = {clash.name for clash in kept.clashes}
    known = [name for name in SECTIONS if name not in clashed]
    return {
        "saved_at": f"{timezone.localtime(kept.draft.saved_at):%H:%M}",
        "versions": {name: drafting.version_of(kept.draft, name) for name in known},
        "clashes": [_clash(one) for one in kept.clashes],
        "is_empty": not kept.draft.texts(),
        "older": NoteRevision.objects.filter(visit=kept.draft.pk).count(),
    }


def _clash(one: Clash) -> dict[str, Any]:
    by = User.objects.filter(pk=one.by).first() if one.by else None
    at = parse_datetime(one.at) if one.at else None
    return {
        "section": one.name,
        "text": one.text,
        "version": one.version,
        "by": by.display_name if by else "Somebody",
        "at": f"{timezone.localtime(at):%H:%M}" if at else "",
    }


def _sign_once(request: StaffRequest, visit: Visit, key: UUID) -> list[str]:
    """Sections that clash; then nothing is signed."""
    words, amended = typed(request), _amended(visit)

    def work() -> dict[str, Any]:
        kept = drafting.save(visit.pk, words, page=_window(request), by=request.user)
        if not kept.clashes:
            notes.sign(visit.pk, amended=amended, by=request.user)
        return {"clashes": [one.name for one in kept.clashes]}

    content = {"visit": visit.pk, **{name: one.text for name, one in words.items()}}
    found = once(key, work, action="sign-note", content=content, by=request.user)
    return list(found["clashes"])


def _amended(visit: Visit) -> dict[str, Any] | None:
    """The signed note that the draft will stand in place of, if it can be read at present."""
    draft = NoteDraft.objects.filter(pk=visit.pk).exclude(amends="").first()
    try:
        return note_of(visit, UUID(draft.amends)) if draft else None
    except ServiceUnavailable:
        return None


def _panel(request: StaffRequest, visit: Visit, *, status: int = 200) -> HttpResponse:
    page = note_of_page(request, visit)
    return render(request, "clinical_docs/consult.html#note", page, status=status)


def _done(request: StaffRequest, visit: Visit, said: str, *, undo: str = "") -> HttpResponse:
    """The panel as it is now; what stands beside it on this page asks again at once."""
    _tell(visit)
    answer = _panel(request, visit)
    trigger_client_event(answer, f"live:patient:{visit.patient_id}")
    return toast(answer, said, undo=undo) if said else answer


def _tell(visit: Visit) -> None:
    """Colleagues who have the page open look again at what is being written."""
    broadcaster.nudge(f"visit:{visit.pk}")


def _restoring(visit: Visit, revision: NoteRevision) -> str:
    return reverse("clinical_docs:note_restore", args=[visit.pk, revision.pk]) + "?undo"


def _signed(visit: Visit) -> list[dict[str, Any]] | None:
    try:
        return notes_of(visit)
    except ServiceUnavailable:
        return None


def _sections(draft: NoteDraft | None) -> list[Section]:
    texts = draft.texts() if draft else {}
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


def _window(request: StaffRequest) -> str:
    return request.POST.get("window", "")[:20]
