"""Moving a ticket: each button of a card, and the step back."""

from collections.abc import Callable
from uuid import UUID, uuid5

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.editing.keys import Answer, once
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.domain import queue, visits
from patients.forms.moves import MoveForm
from patients.models import Room, Ticket
from patients.queries import places
from patients.queries.queue import ticket_for
from patients.views.queue import draw, filters_behind
from patients.views.stations import work_of

MY_ROOMS = "my_rooms"
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
    return HttpResponseClientRedirect(url) if url else told(request, answer)


@require_POST
@access("queue.work")
def undo(request: StaffRequest, move_id: UUID) -> HttpResponse:
    """Take one's own step back; the board fetches itself again."""

    def work() -> Answer:
        return {"said": f"{queue.undo(move_id, by=request.user)}: taken back"}

    key, content = uuid5(KEYS, f"undo {move_id}"), {"move": str(move_id)}
    try:
        said = once(key, work, action="undo", content=content, by=request.user)["said"]
    except ClinicError as error:
        return toast(HttpResponse(status=409), str(error), kind="warn")
    answer = toast(HttpResponse(status=204), said)
    return trigger_client_event(answer, "live:queue")


@require_safe
@access("queue.view")
def ticket(request: StaffRequest, ticket_id: UUID) -> HttpResponse:
    """All that can be done with a ticket, for the dialog; `service` narrows rooms and people."""
    found = ticket_for(request.user, ticket_id)
    if found is None:
        raise Http404
    return draw_dialog(request, found, form_of(request, found))


def form_of(request: StaffRequest, ticket: Ticket) -> MoveForm:
    """Bound to what was sent; what a button does not say is as the ticket has it."""
    sent = (request.POST or request.GET).dict()
    asked = str(sent.get("service") or "")
    as_it_is = {"version": ticket.version, **sent, "service": asked or ticket.service}
    return MoveForm({**as_it_is, "asked": asked}, service=asked or ticket.service)


def placed(request: StaffRequest, ticket: Ticket, form: MoveForm) -> bool:
    """Whether it is clear where to: chosen, as before, or where I call to. False to ask."""
    has_room = ticket.room is not None and ticket.room.kind == ticket.service
    if not form.cleaned_data["room"] and not has_room:
        mine = request.session.get(MY_ROOMS, {}).get(ticket.service, "")
        form.cleaned_data["room"] = places.room_to_call_to(ticket, mine)
    is_clear = bool(has_room or form.cleaned_data["room"])
    return is_clear or not places.rooms(ticket.service).exists()


def remember_room(request: StaffRequest, form: MoveForm) -> None:
    """The room called to is mine at that service until I choose another, or sign out."""
    if room := form.cleaned_data["room"]:
        mine = request.session.get(MY_ROOMS, {})
        request.session[MY_ROOMS] = {**mine, room.kind: str(room.pk)}


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
    way_back = reverse("patients:undo", args=[answer["move"]]) if answer["move"] else ""
    return toast(board, answer["said"], undo=way_back)


def refused(request: StaffRequest, ticket: Ticket, why: str) -> HttpResponse:
    """In the ticket's own card, where it stands now; said aloud where it is not on the board."""
    refusal = {"ticket": ticket.pk, "why": why}
    answer = draw(request, filters_behind(request), "queue", status=409, refusal=refusal)
    return trigger_client_event(answer, "queue:refused", {"ticket": str(ticket.pk), "why": why})


def dialog(
    request: StaffRequest, ticket: Ticket, form: MoveForm, *, asks_room: bool = False
) -> HttpResponse:
    """Instead of the board: what is missing is asked for."""
    answer = draw_dialog(request, ticket, form, asks_room=asks_room, status=422)
    return reswap(retarget(answer, "#ticket-body"), "innerHTML")


def draw_dialog(
    request: StaffRequest, ticket: Ticket, form: MoveForm, *, status: int = 200, **more: object
) -> HttpResponse:
    page = {"ticket": ticket, "form": form, "services": Room.Kind.choices, **more}
    page["rooms"] = places.rooms(ticket.service)
    page["may_work"] = request.user.has_perm("queue.work") and ticket.is_active
    return render(request, "patients/ticket.html", page, status=status)
