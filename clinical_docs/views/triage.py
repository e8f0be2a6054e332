"""Triage: the list of those who wait, and one patient on one screen."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from clinical_docs.domain import triage, vitals
from clinical_docs.forms import TriageForm
from clinical_docs.queries.previous import Known, known_before
from clinical_docs.queries.triage import asked, at_triage, next_to_triage, visits_for
from clinical_docs.views import triage_sent
from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.errors import ClinicError
from core.shell.toasts import say, toast
from core.timeline import queries as timeline
from patients.domain.tickets import active_ticket
from patients.models import Room, Ticket, Visit
from patients.views.banner import banner_of

MOST_NEXT = 6


@require_safe
@access("triage.view")
def queue(request: StaffRequest) -> HttpResponse:
    """Everybody at triage; the list alone when something has changed."""
    tickets = list(at_triage())
    page = {"tickets": tickets, "asked": asked(tickets), "may": _may(request)}
    part = "#triage-list" if request.htmx else ""
    return render(request, f"clinical_docs/triage.html{part}", page)


@require_http_methods(["GET", "POST"])
@access("triage.view")
def visit(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """One patient: what was measured before, the form, allergies, who is next."""
    one = get_object_or_404(visits_for(request.user), pk=visit_id)
    if request.method == "POST":
        form = TriageForm(request.POST, whom=vitals.whom_of(one.patient))
        answer = triage_sent.finish(request, one, form)
        return answer or _page(request, one, form, status=422)
    draft = drafts.find(triage_sent.DRAFT, str(visit_id), by=request.user)
    known = known_before(one.patient_id)
    form = TriageForm(initial=_initial(one, known, draft), whom=vitals.whom_of(one.patient))
    return _page(request, one, form, known=known, draft=draft)


@require_safe
@access("triage.view")
def upcoming(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """Who is next, and the button that goes there."""
    one = get_object_or_404(visits_for(request.user), pk=visit_id)
    place = _place(request, one, active_ticket(one.pk))
    page = {**_next(one), **place, "may": _may(request), "is_fragment": True}
    return render(request, "clinical_docs/triage_visit.html#triage-next", page)


@require_POST
@access("vitals.record")
def begin(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The page has been opened: the patient is taken in."""
    one = get_object_or_404(visits_for(request.user), pk=visit_id)
    try:
        ticket = triage.open_visit(one.pk, by=request.user)
    except ClinicError as error:
        return toast(HttpResponse(status=200), str(error), kind="warn")
    return render(
        request, "clinical_docs/triage_visit.html#triage-place", _place(request, one, ticket)
    )


@require_POST
@access("vitals.record")
def undo(request: StaffRequest, visit_id: UUID, key: UUID) -> HttpResponse:
    """The patient is back at triage with everything as it was typed."""
    one = get_object_or_404(visits_for(request.user), pk=visit_id)
    try:
        triage_sent.take_back(one, key, by=request.user)
    except ClinicError as error:
        return toast(HttpResponse(status=409), str(error), kind="warn")
    say(request, f"{one.patient} is back at triage, as you typed it.")
    return HttpResponseClientRedirect(reverse("clinical_docs:triage_visit", args=[one.pk]))


def _initial(one: Visit, known: Known, draft: Any) -> dict[str, Any]:
    ticket = active_ticket(one.pk)
    fresh = {
        "reason": one.reason,
        "priority": ticket.priority if ticket else "",
        "scale_2": known.scale_2,
    }
    return {**fresh, **draft.fields} if draft else fresh


def _page(
    request: StaffRequest,
    one: Visit,
    form: TriageForm,
    *,
    known: Known | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    known = known or known_before(one.patient_id)
    head = timeline.head(one.patient_id, request.user)
    page = {
        "visit": one,
        "patient": one.patient,
        "form": form,
        "head": head,
        "previous": known.values,
        "may": _may(request),
        **banner_of(request, one.patient, head),
        **_place(request, one, active_ticket(one.pk)),
        **_next(one),
        **more,
    }
    return render(request, "clinical_docs/triage_visit.html", page, status=status)


def _next(one: Visit) -> dict[str, Any]:
    waiting = list(next_to_triage(but_for=one.pk)[:MOST_NEXT])
    return {"upcoming": waiting, "next": waiting[0] if waiting else None, "asked": asked(waiting)}


def _place(request: HttpRequest, one: Visit, ticket: Ticket | None) -> dict[str, Any]:
    """Where the patient is: at triage with me, with a colleague, or gone from here."""
    at_triage_now = ticket is not None and ticket.service == Room.Kind.TRIAGE
    taken = ticket is not None and ticket.state == Ticket.State.IN_SERVICE
    theirs = taken and ticket is not None and ticket.provider_id not in (None, request.user.pk)
    return {
        "visit": one,
        "ticket": ticket,
        "is_here": at_triage_now,
        "is_to_begin": at_triage_now and not taken,
        "colleague": ticket.provider if theirs and ticket and at_triage_now else None,
    }


def _may(request: StaffRequest) -> dict[str, bool]:
    return {
        "record": request.user.has_perm("vitals.record"),
        "reasons": request.user.has_perm("patients.view_clinical"),
    }
