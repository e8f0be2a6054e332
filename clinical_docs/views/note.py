"""The note of a visit: kept while it is typed, signed, amended."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST

from clinical_docs.choices import SECTIONS
from clinical_docs.domain import drafting, notes
from clinical_docs.domain.drafting import Clash, Kept
from clinical_docs.models import NoteDraft, NoteRevision, NoteTemplate
from clinical_docs.queries.consult import visit_or_404
from clinical_docs.queries.signed import note_of
from clinical_docs.views.note_parts import (
    SignForm,
    clash_in_words,
    done,
    panel,
    refused,
    sections_of,
    sign_typed,
    tell,
    typed,
    window,
)
from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.editing.fields import told
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.models import Visit

SEE, WRITE = "patients.view_clinical", "consult.write"


@require_http_methods(["GET", "POST"])
@access(SEE)
def note(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The note's panel, `?write` opened for another note, or its `?state`; POST keeps what is typed."""
    visit = visit_or_404(request.user, visit_id)
    if request.method == "POST":
        return _kept(request, visit)
    return _state(request, visit) if "state" in request.GET else panel(request, visit)


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
        return refused(request, visit, error)
    if clashes:
        return toast(panel(request, visit, status=409), clash_in_words(clashes), kind="warn")
    return done(request, visit, "Note signed.")


@require_POST
@access(WRITE)
def template(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Fill in what a template asks for; sections with words keep them."""
    visit = visit_or_404(request.user, visit_id)
    chosen = get_object_or_404(NoteTemplate, name=request.POST.get("template", ""), active=True)
    try:
        drafting.save(visit.pk, typed(request), page=window(request), by=request.user)
        drafting.apply_template(visit.pk, chosen, by=request.user)
    except ClinicError as error:
        return refused(request, visit, error)
    return done(request, visit, "")


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
        return toast(panel(request, visit, status=409), str(error), kind="warn")
    return done(request, visit, "")


def _kept(request: StaffRequest, visit: Visit) -> HttpResponse:
    """When it was saved, the versions for the page, and where somebody else was quicker."""
    try:
        kept = drafting.save(visit.pk, typed(request), page=window(request), by=request.user)
    except drafting.GoneMeanwhile as error:
        drafting.rescue(visit.pk, typed(request), by=request.user)
        return JsonResponse({"gone": str(error)}, status=409)
    except drafting.TooLong as error:
        return JsonResponse({"error": str(error)}, status=413)
    if kept.changed:
        tell(visit)
    return JsonResponse(_answer(kept))


def _state(request: StaffRequest, visit: Visit) -> HttpResponse:
    """What stands in each section now, for a page that has the note open."""
    draft = NoteDraft.objects.filter(pk=visit.pk).first() if request.user.has_perm(WRITE) else None
    sections = sections_of(draft, {}) if draft else []
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

    def work() -> dict[str, Any]:
        return {"clashes": sign_typed(request, visit)}

    content = {"visit": visit.pk, **{name: one.text for name, one in typed(request).items()}}
    found = once(key, work, action="sign-note", content=content, by=request.user)
    return list(found["clashes"])
