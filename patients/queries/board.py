"""The queue board: cards in lanes, counts of chips, what each card says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.accounts.models import User
from core.shell.words import NO_BREAK, minutes
from patients import cards
from patients.models import Room, Ticket, Visit
from patients.policies import services_of
from patients.queries.filters import DONE, GROUPS, Filters
from patients.queries.queue import active_tickets, ended_today

STATE, KIND, PRIORITY = Ticket.State, Room.Kind, Ticket.Priority
MOST_DONE = 200
LANES = (
    ("waiting", "Waiting", "Waiting", "Nobody waits to be called."),
    ("called", "Called", "Called", "Nobody is on the way in."),
    ("with", "With staff", "With staff", "Nobody is being seen."),
    ("results", "Waiting for results", "Results", "Nobody waits for results."),
    ("pay", "Ready to pay", "To pay", "Nobody waits at the cash desk."),
)
OF_STATE = {
    STATE.CALLED: "called",
    STATE.SKIPPED: "called",
    STATE.IN_SERVICE: "with",
    STATE.DONE: DONE,
    STATE.LEFT: DONE,
}
# Minutes after which a wait is amber, and red. The clinic's own targets, sooner for the urgent.
WAITS = {PRIORITY.ROUTINE: (20, 45), PRIORITY.URGENT: (10, 20), PRIORITY.EMERGENCY: (1, 5)}
SINCE_CALLED = (5, 15)
RANKS = {PRIORITY.EMERGENCY: 0, PRIORITY.URGENT: 1, PRIORITY.ROUTINE: 2}


@dataclass
class Card:
    """A ticket in its lane, with what this person may know of it; `url` is where its work is done."""

    ticket: Ticket
    now: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_mine: bool = False
    url: str = ""

    @property
    def lane(self) -> str:
        return lane_of(self.ticket)

    @property
    def since(self) -> datetime:
        """What the minutes count from: waiting, called, begun, gone."""
        ticket = self.ticket
        moments = {
            "called": ticket.called_at,
            "with": ticket.started_at,
            DONE: ticket.finished_at,
        }
        return moments.get(self.lane) or ticket.queued_at

    @property
    def limits(self) -> tuple[int, int] | None:
        """Minutes from which the wait is amber, and red; nobody is late who is being seen."""
        if self.lane == "called":
            return SINCE_CALLED
        return None if self.lane in ("with", DONE) else WAITS[PRIORITY(self.ticket.priority)]

    @property
    def waited(self) -> str:
        """`34 min`, `! 52 min`, `6 min ago`; static/js/waiting.js goes on counting."""
        late, ago = self.tone == "late", self.lane == "called"
        passed = minutes(self.since, self.now)
        return f"{'! ' if late else ''}{passed}{f'{NO_BREAK}ago' if ago else ''}"

    @property
    def tone(self) -> str:
        """`soon`, `late`, or nothing."""
        if self.limits is None:
            return ""
        waited = (self.now - self.since).total_seconds() / 60
        amber, red = self.limits
        return "late" if waited >= red else "soon" if waited >= amber else ""

    @property
    def provider(self) -> User | None:
        """Who sees the patient, or is to."""
        return self.ticket.provider or (
            self.ticket.visit.clinician if self.lane == "results" else None
        )

    @property
    def lines(self) -> list[cards.Line]:
        """How far the visit is, where somebody works on it or waits for it."""
        told = {"with": self.facts.values(), "results": [self.facts.get("tests")]}
        return _lines(told.get(self.lane, ()))

    @property
    def early(self) -> list[cards.Line]:
        """What is good to know before the patient is called to the consultation."""
        at_the_door = (
            self.lane in ("waiting", "called") and self.ticket.service == KIND.CONSULTATION
        )
        return [one for one in _lines(self.facts.values()) if one.early] if at_the_door else []

    @property
    def results_are_in(self) -> bool | None:
        """None where this person may not know."""
        tests = self.facts.get("tests")
        return None if tests is None else all(line.done for line in tests)

    @property
    def owed(self) -> Decimal | None:
        """Still to pay; None where this person may not know."""
        money = self.facts.get("money")
        return money.owed if money else None


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


def lane_of(ticket: Ticket) -> str:
    """The column the ticket stands in."""
    if ticket.state != STATE.WAITING:
        return OF_STATE[STATE(ticket.state)]
    if ticket.service == KIND.CASH_DESK:
        return "pay"
    is_back = ticket.visit.state == Visit.State.AWAITING_RESULTS
    return "results" if is_back and ticket.service == KIND.CONSULTATION else "waiting"


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


def _lines(facts: Iterable[Any]) -> list[cards.Line]:
    """Facts that are told in lines; others have a place of their own on the card."""
    lists = (fact for fact in facts if isinstance(fact, list))
    return [line for fact in lists for line in fact if isinstance(line, cards.Line)]
