"""Moving a ticket: each button of a card, and the step back."""

from collections.abc import Callable
from uuid import UUID, uuid5

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.editing.keys import Answer, once
from core.errors import ClinicError
from core.shell.toasts import say, toast
from patients.domain import queue, visits
from patients.forms.moves import MoveForm
from patients.models import Ticket, TicketMove
from patients.queries.queue import ticket_for
from patients.views.queue import draw, filters_behind, is_board_behind
from patients.views.stations import work_of
from patients.views.tickets import dialog, form_of, placed, remember_room

KEYS = UUID("0198f6a2-6d1c-7d0e-9b55-2a3f6f6d8c11")
"""The space of one-time keys: a step of a ticket as it stood is taken once, however often sent."""


def call(ticket: Ticket, form: MoveForm, by: User) -> str:
    room, version = form.cleaned_data["room"], form.cleaned_data["version"]
    called = queue.call(ticket.pk, room=room, version=version, by=by)
    where = f" to {called.room}" if called.room else ""
    return f"{called} called{' again' if called.called_count > 1 else ''}{where}"


def start(ticket: Ticket, form: MoveForm, by: User) -> str:
    version = form.cleaned_data["version"]
    begun = queue.begin(ticket.pk, room=form.cleaned_data["room"], version=version, by=by)
    return f"{begun} is with {begun.provider or 'staff'}"


def transfer(ticket: Ticket, form: MoveForm, by: User) -> str:
    values = form.cleaned_data
    places_ = {name: values[name] for name in ("service", "room", "provider")}
    sent = queue.transfer(ticket.pk, version=values["version"], by=by, **places_)
    return f"{sent} sent to {sent.room or sent.get_service_display()}"


def skip(ticket: Ticket, form: MoveForm, by: User) -> str:
    return f"{queue.skip(ticket.pk, version=form.cleaned_data['version'], by=by)} did not come"


def leave(ticket: Ticket, form: MoveForm, by: User) -> str:
    return f"{queue.leave(ticket.pk, version=form.cleaned_data['version'], by=by)} has left"


def close(ticket: Ticket, form: MoveForm, by: User) -> str:
    visits.close(ticket.visit_id, version=form.cleaned_data["version"], by=by)
    return f"{ticket}: visit closed"


ACTS: dict[str, tuple[Callable[[Ticket, MoveForm, User], str], str]] = {
    "call": (call, "call"),
    "start": (start, "begin"),
    "transfer": (transfer, "transfer"),
    "skip": (skip, "skip"),
    "leave": (leave, "leave"),
    "close": (close, "finish"),
}
"""What does it, and the step by which it is remembered."""


@require_POST
@access("queue.work")
def move(request: StaffRequest, ticket_id: UUID, act: str) -> HttpResponse:
    """One step; the board as it is then, with Undo, or the page where the work is done."""
    ticket = ticket_for(request.user, ticket_id)
    if ticket is None or act not in ACTS:
        raise Http404
    form = form_of(request, ticket)
    if not form.is_valid():
        return dialog(request, ticket, form)
    if act == "call" and not placed(request, ticket, form):
        return dialog(request, ticket, form, asks_room=True)
    try:
        answer = move_once(ticket, act, form, by=request.user)
    except ClinicError as error:
        return refused(request, ticket, str(error))
    remember_room(request, form)
    url = work_of(request.user, ticket) if act == "start" else ""
    return led_on(request, url, answer) if url else told(request, answer)


@require_POST
@access("queue.work")
def undo(request: StaffRequest, move_id: UUID) -> HttpResponse:
    """Take one's own step back; the board fetches itself again, another page leads to it."""
    get_object_or_404(TicketMove, pk=move_id)

    def work() -> Answer:
        return {"said": f"{queue.undo(move_id, by=request.user)}: taken back"}

    key, content = uuid5(KEYS, f"undo {move_id}"), {"move": str(move_id)}
    try:
        said = once(key, work, action="undo", content=content, by=request.user)["said"]
    except ClinicError as error:
        return toast(HttpResponse(status=409), str(error), kind="warn")
    if not is_board_behind(request):
        return led_on(request, reverse("patients:queue"), {"said": said, "move": ""})
    answer = toast(HttpResponse(status=204), said)
    return trigger_client_event(answer, "live:queue")


def move_once(ticket: Ticket, act: str, form: MoveForm, *, by: User) -> Answer:
    """Raises what the step raises: MovedMeanwhile, NotHere, NotSeenYet."""
    do, step = ACTS[act]

    def work() -> Answer:
        said = do(ticket, form, by)
        last = queue.last_move(ticket)
        mine = last if last and (last.act, last.by_id) == (step, by.pk) else None
        return {"said": said, "move": str(mine.pk) if mine else ""}

    key = uuid5(KEYS, f"{ticket.pk} {form.cleaned_data['version']} {act} {by.pk}")
    return once(key, work, action=f"queue-{act}", content=form.content, by=by)


def told(request: StaffRequest, answer: Answer) -> HttpResponse:
    board = draw(request, filters_behind(request), "queue")
    return toast(board, answer["said"], undo=way_back(answer))


def led_on(request: StaffRequest, url: str, answer: Answer) -> HttpResponse:
    """To the page where the work goes on; it tells what was done, and offers the way back."""
    say(request, answer["said"], undo=way_back(answer))
    return HttpResponseClientRedirect(url)


def way_back(answer: Answer) -> str:
    """Where a POST takes the step back; empty if it was not mine to take back."""
    return reverse("patients:undo", args=[answer["move"]]) if answer["move"] else ""


def refused(request: StaffRequest, ticket: Ticket, why: str) -> HttpResponse:
    """In the ticket's own card, where it stands now; said aloud where it is not on the board."""
    refusal = {"ticket": ticket.pk, "why": why}
    answer = draw(request, filters_behind(request), "queue", status=409, refusal=refusal)
    told = {"ticket": str(ticket.pk), "why": why}
    return trigger_client_event(answer, "queue:refused", told, after="settle")
