"""A card of the queue board: its column, how long it waits, and what it says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.accounts.models import User
from core.shell.words import NO_BREAK, minutes
from patients import cards
from patients.models import Room, Ticket, Visit
from patients.queries.filters import DONE

STATE, KIND, PRIORITY = Ticket.State, Room.Kind, Ticket.Priority
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


def lane_of(ticket: Ticket) -> str:
    """The column the ticket stands in."""
    if ticket.state != STATE.WAITING:
        return OF_STATE[STATE(ticket.state)]
    if ticket.service == KIND.CASH_DESK:
        return "pay"
    is_back = ticket.visit.state == Visit.State.AWAITING_RESULTS
    return "results" if is_back and ticket.service == KIND.CONSULTATION else "waiting"


def _lines(facts: Iterable[Any]) -> list[cards.Line]:
    """Facts that are told in lines; others have a place of their own on the card."""
    lists = (fact for fact in facts if isinstance(fact, list))
    return [line for fact in lists for line in fact if isinstance(line, cards.Line)]
