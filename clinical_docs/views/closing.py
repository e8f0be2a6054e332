"""Finishing a consultation: where the patient goes, when they come back, what is still missing."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from clinical_docs.domain import consulting, drafting
from clinical_docs.forms import FinishForm
from clinical_docs.queries.consult import visit_or_404
from clinical_docs.views.closing_parts import closing_of, has_note
from clinical_docs.views.consult_page import page
from clinical_docs.views.note_parts import clash_in_words, keep_typed, sign_typed
from core.accounts.access import StaffRequest, access
from core.editing.fields import told
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.domain import queue
from patients.domain.tickets import active_ticket
from patients.models import Room, Ticket, TicketMove, Visit

SEE, WRITE = "patients.view_clinical", "consult.write"


@require_safe
@access(SEE)
def closing(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The last part of the page and its bar, as they are now; what was chosen stays chosen."""
    visit = visit_or_404(request.user, visit_id)
    context = {**closing_of(request, visit, is_signed=has_note(visit)), "oob": True}
    return render(request, "clinical_docs/consult.html#closing_live", context)


@require_POST
@access(WRITE)
def finish(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """End the consultation; the page says where the patient goes and who waits."""
    visit = visit_or_404(request.user, visit_id)
    form = FinishForm(request.POST)
    try:
        if not form.is_valid():
            raise consulting.NotReady([])
        _finish_once(request, visit, form)
    except ClinicError as error:
        said = told(form) or str(error)
        if "signs" in request.POST:
            keep_typed(request, visit)
        return toast(page(request, visit, kept=request.POST, status=422), said, kind="warn")
    visit.refresh_from_db()
    ticket = active_ticket(visit.pk)
    answer = page(request, visit, just_finished=True)
    move = queue.last_move(ticket) if ticket else None
    undo = reverse("clinical_docs:reopen", args=[visit.pk, move.pk]) if move else ""
    return toast(answer, _said(visit, ticket), undo=undo)


@require_POST
@access(WRITE)
def reopen(request: StaffRequest, visit_id: UUID, move_id: UUID) -> HttpResponse:
    """Take the end of the consultation back, while that is possible."""
    visit = visit_or_404(request.user, visit_id)
    try:
        _of_visit(visit, move_id)
        queue.undo(move_id, by=request.user)
    except ClinicError as error:
        return toast(HttpResponse(status=204), str(error), kind="warn")
    return HttpResponseClientRedirect(reverse("clinical_docs:consult", args=[visit.pk]))


def _finish_once(request: StaffRequest, visit: Visit, form: FinishForm) -> None:
    chosen, day = form.cleaned_data, form.day()
    stop = Room.Kind(chosen["stop"]) if chosen["stop"] != chosen["computed"] else None

    def work() -> dict[str, Any]:
        if chosen["signs"] and (clashes := sign_typed(request, visit)):
            raise drafting.Clashing(clash_in_words(clashes))
        consulting.finish(
            visit.pk,
            stop=stop,
            disposition=form.where_to(),
            follow_up_on=day,
            has_note=chosen["signs"] or has_note(visit),
            anyway=chosen["reason"],
            by=request.user,
        )
        return {}

    given = ("reason", "signs")
    content = {"visit": visit.pk, "stop": stop, "day": day, **{n: chosen[n] for n in given}}
    once(chosen["key"], work, action="finish", content=content, by=request.user)


def _said(visit: Visit, ticket: Ticket | None) -> str:
    """`Consultation finished. A012 goes to Laboratory.`"""
    if ticket is None:
        return "Consultation finished."
    return f"Consultation finished. {ticket.label} goes to {ticket.get_service_display()}."


def _of_visit(visit: Visit, move_id: UUID) -> None:
    known = TicketMove.objects.filter(pk=move_id, ticket__visit=visit)
    if not known.exists():
        raise queue.TooLate("There is nothing to take back.")
