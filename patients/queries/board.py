"""The queue board: cards in lanes, counts of chips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.accounts.models import User
from patients import cards
from patients.models import Ticket
from patients.policies import services_of
from patients.queries.card import PRIORITY, STATE, Card
from patients.queries.filters import DONE, GROUPS, Filters
from patients.queries.queue import active_tickets, ended_today

MOST_DONE = 200
LANES = (
    ("waiting", "Waiting", "Waiting", "Nobody waits to be called."),
    ("called", "Called", "Called", "Nobody is on the way in."),
    ("with", "With staff", "With staff", "Nobody is being seen."),
    ("results", "Waiting for results", "Results", "Nobody waits for results."),
    ("pay", "Ready to pay", "To pay", "Nobody waits at the cash desk."),
)
RANKS = {PRIORITY.EMERGENCY: 0, PRIORITY.URGENT: 1, PRIORITY.ROUTINE: 2}


@dataclass(frozen=True)
class Lane:
    """A column of the board; `short` is its name on a phone."""

    name: str
    title: str
    short: str
    empty: str
    cards: list[Card]

    @property
    def longest(self) -> Card | None:
        """Whoever has waited longest."""
        return min(self.cards, key=lambda card: card.since, default=None)

    @property
    def owed(self) -> Decimal | None:
        """What all of them have to pay; None where this person may not know."""
        sums = [card.owed for card in self.cards if card.owed is not None]
        return sum(sums, Decimal(0)) if sums else None


@dataclass(frozen=True)
class Chip:
    """A filter with its count."""

    name: str
    label: str
    count: int
    query: str
    on: bool


@dataclass(frozen=True)
class Board:
    """What `patients/queue.html` draws."""

    filters: Filters
    chips: list[Chip]
    lanes: list[Lane]
    done: list[Card]
    now: datetime

    @property
    def next_up(self) -> Card | None:
        """Whose button is the filled one: who waits for me, else whoever is called next."""
        in_order = [card for lane in self.lanes for card in lane.cards]
        mine = (card for card in in_order if card.is_mine and card.lane != "results")
        return next(mine, next(iter(in_order), None))

    @property
    def cards(self) -> list[Card]:
        return [*self.done, *(card for lane in self.lanes for card in lane.cards)]


def board(user: User, filters: Filters) -> Board:
    """The board as this person may see it now."""
    now = timezone.now()
    here, gone = list(filters.narrow(active_tickets())), filters.narrow(ended_today())
    shown = gone[:MOST_DONE] if filters.shows_done else [t for t in here if filters.is_at(t)]
    drawn = dressed(list(shown), user, now)
    return Board(
        filters,
        chips(here, gone.count(), filters),
        [] if filters.shows_done else lanes(drawn),
        drawn if filters.shows_done else [],
        now,
    )


def dressed(tickets: Sequence[Ticket], user: User, now: datetime) -> list[Card]:
    """Cards with their facts, each fact asked for once."""
    facts, mine = cards.facts_of([ticket.visit for ticket in tickets], user), services_of(user)
    return [
        Card(ticket, now, _of_visit(facts, ticket.visit_id), _is_for(ticket, user, mine))
        for ticket in tickets
    ]


def lanes(drawn: Sequence[Card]) -> list[Lane]:
    """The five columns, whoever is next on top."""
    return [
        Lane(name, title, short, empty, sorted((c for c in drawn if c.lane == name), key=_place))
        for name, title, short, empty in LANES
    ]


def chips(here: Sequence[Ticket], done: int, filters: Filters) -> list[Chip]:
    """All, a chip a service, and done."""
    counted = [("", "All", len(here))]
    for group in GROUPS:
        count = sum(ticket.service in group.services for ticket in here)
        if count or group.always or group.name == filters.service:
            counted.append((group.name, group.label, count))
    counted.append((DONE, "Done", done))
    return [
        Chip(name, label, count, filters.with_service(name).query, name == filters.service)
        for name, label, count in counted
    ]


def _place(card: Card) -> tuple[bool, int, float]:
    """The urgent first, then who has waited longest; among those called, the last call first."""
    ticket = card.ticket
    if card.lane == "called":
        return ticket.state == STATE.SKIPPED, 0, -card.since.timestamp()
    return False, RANKS[PRIORITY(ticket.priority)], card.since.timestamp()


def _is_for(ticket: Ticket, user: User, mine: set[str]) -> bool:
    is_waiting = ticket.state == STATE.WAITING and ticket.service in mine
    return is_waiting and ticket.provider_id in (None, user.pk)


def _of_visit(facts: dict[str, Mapping[UUID, Any]], visit_id: UUID) -> dict[str, Any]:
    """A visit of which a fact says nothing has no such entry."""
    return {name: found[visit_id] for name, found in facts.items() if visit_id in found}
