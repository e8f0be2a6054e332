"""The dialog of a ticket: rooms to call to, where to send the patient, and the ways out."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import reswap, retarget

from core.accounts.access import StaffRequest, access
from patients.forms.moves import MoveForm
from patients.models import Room, Ticket
from patients.queries import places
from patients.queries.queue import ticket_for

MY_ROOMS = "my_rooms"


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
