"""The queue board: who waits where, in five columns."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access
from patients.queries import places
from patients.queries.board import Board, board
from patients.queries.filters import Filters
from patients.queries.queue import waiting_for
from patients.views.stations import page_of


@require_safe
@access("queue.view")
def queue(request: StaffRequest) -> HttpResponse:
    """The page; the board alone for a filter chosen, or when something has changed."""
    filters = Filters.parse(request.GET)
    if not request.htmx or request.htmx.history_restore_request:
        return draw(request, filters)
    answer = draw(request, filters, "queue")
    if request.htmx.trigger == "queue-filters":
        # As short as it would be typed: what is not chosen is not named.
        answer["HX-Push-Url"] = reverse("patients:queue") + filters.query
    return answer


def draw(
    request: StaffRequest, filters: Filters, part: str = "", status: int = 200, **more: Any
) -> HttpResponse:
    """The page or a part of it, as the filters have it."""
    name = f"patients/queue.html#{part}" if part else "patients/queue.html"
    context = {**context_of(request, board(request.user, filters)), **more}
    return render(request, name, context, status=status)


def context_of(request: StaffRequest, drawn: Board) -> dict[str, Any]:
    may = request.user.has_perm
    for card in drawn.cards:
        card.url = page_of(request.user, card.ticket)
    return {
        "board": drawn,
        "here": reverse("patients:queue") + drawn.filters.query,
        "rooms": list(places.rooms()),
        "staff": list(places.staff()),
        "mine": waiting_for(request.user),
        "may": {"work": may("queue.work"), "pay": may("billing.take_payment")},
    }


def is_board_behind(request: StaffRequest) -> bool:
    """Whether the board is what sent this; so it is where nothing says otherwise."""
    path, _, _ = (request.htmx.current_url_abs_path or "").partition("?")
    return path in ("", reverse("patients:queue"))


def filters_behind(request: StaffRequest) -> Filters:
    """What the page that sent this is looking at."""
    _, _, query = (request.htmx.current_url_abs_path or "").partition("?")
    return Filters.parse(QueryDict(query).dict())
