"""What happens when a triage is sent: once, with an Undo, and on to the next."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from clinical_docs.domain import triage
from clinical_docs.forms import TriageForm
from clinical_docs.queries.triage import next_to_triage
from core.accounts.access import StaffRequest
from core.accounts.models import User
from core.editing import drafts
from core.editing.keys import once
from core.editing.models import UsedKey
from core.errors import ClinicError
from core.outbox.queries import document_of
from core.shell.toasts import say
from patients.domain.queue import TooLate, last_move
from patients.models import Ticket, Visit

DRAFT = ACTION = "triage"
UNTOLD = ("csrfmiddlewaretoken", "key", "then")


def finish(request: StaffRequest, visit: Visit, form: TriageForm) -> HttpResponse | None:
    """Where to go after saving; None if something is to be put right first."""
    if not form.is_valid():
        return None
    try:
        answer = _once(request, visit, form)
    except ClinicError as error:
        form.add_error(None, str(error))
        return None
    undo = reverse("clinical_docs:triage_undo", args=[visit.pk, form.cleaned_data["key"]])
    say(request, answer["said"], undo=undo)
    return _onward(visit, form.cleaned_data["then"])


def take_back(visit: Visit, key: UUID, *, by: User) -> None:
    """Undo what this key finished, and keep what was typed as the draft it was."""
    used = UsedKey.objects.filter(key=key, user=by, action=ACTION).first()
    if used is None or used.answer.get("visit") != str(visit.pk):
        raise TooLate("There is nothing to take back.")
    document = document_of(used.answer["document"])
    triage.take_back(UUID(used.answer["move"]), document, by=by)
    drafts.save(DRAFT, str(visit.pk), used.answer["typed"], by=by)


def _once(request: StaffRequest, visit: Visit, form: TriageForm) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        done = _finish(form, visit, by=request.user)
        drafts.discard(DRAFT, str(visit.pk), by=request.user)
        move = last_move(done.ticket)
        return {
            "visit": str(visit.pk),
            "document": str(done.document.pk),
            "move": str(move.pk) if move else "",
            "said": in_words(done),
            "typed": {name: v for name, v in request.POST.items() if name not in UNTOLD},
        }

    content = {**form.cleaned_data, "visit": str(visit.pk)}
    key = form.cleaned_data["key"]
    return once(key, work, action=ACTION, content=content, by=request.user)


def _finish(form: TriageForm, visit: Visit, *, by: User) -> triage.Finished:
    return triage.finish(
        visit.pk,
        values=form.values(),
        scale_2=form.scale_is_2,
        reason=form.cleaned_data["reason"],
        priority=form.cleaned_data["priority"],
        by=by,
    )


def in_words(done: triage.Finished) -> str:
    """`A014 waits for the consultation, NEWS2 7: emergency.`"""
    score = done.score
    told = f", NEWS2 {score.total}" if score and score.is_complete else ""
    urgent = done.ticket.priority != Ticket.Priority.ROUTINE
    how = f": {done.ticket.get_priority_display().lower()}" if urgent else ""
    place = done.ticket.get_service_display().lower()
    return f"{done.ticket.label} waits at the {place}{told}{how}."


def _onward(visit: Visit, then: str) -> HttpResponse:
    waiting = next_to_triage(but_for=visit.pk).first() if then == "next" else None
    if waiting is None:
        return redirect("clinical_docs:triage")
    return redirect("clinical_docs:triage_visit", waiting.visit_id)
