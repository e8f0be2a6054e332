"""Older drafts of a visit's note: shown, brought back, and putting the present one there."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clinical_docs.choices import SECTIONS
from clinical_docs.domain import drafting, revisions
from clinical_docs.models import NoteRevision
from clinical_docs.queries.consult import visit_or_404
from clinical_docs.views.note_parts import done
from core.accounts.access import StaffRequest, access
from patients.models import Visit

SEE, WRITE = "patients.view_clinical", "consult.write"


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
    return done(request, visit, "The older draft is back.", undo=undo)


@require_POST
@access(WRITE)
def discard(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Put the note away; it stays under the older drafts."""
    visit = visit_or_404(request.user, visit_id)
    before = drafting.discard(visit.pk, by=request.user)
    return done(request, visit, "Note put away.", undo=_restoring(visit, before) if before else "")


def _restoring(visit: Visit, revision: NoteRevision) -> str:
    return reverse("clinical_docs:note_restore", args=[visit.pk, revision.pk]) + "?undo"
