"""What apps add to a card of the queue board.

    cards.register(cards.Fact("vitals", "patients.view_clinical", vitals_of))

belongs in `AppConfig.ready`. A fact is asked for once a board, for all its visits together, and only
for those whose role may see it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.accounts.models import User

if TYPE_CHECKING:
    from patients.models import Visit

Fetch = Callable[[Sequence["Visit"]], Mapping[UUID, Any]]


@dataclass(frozen=True)
class Line:
    """One line of how far a visit is: `Malaria film`, `running`; done ones have a tick.

    `early` ones are told already while the patient waits.
    """

    text: str
    value: str
    done: bool = False
    early: bool = False


@dataclass(frozen=True)
class Sum:
    """What a visit costs: still to pay, and paid already."""

    owed: Decimal
    paid: Decimal


@dataclass(frozen=True)
class Fact:
    """`fetch(visits)` gives by visit either lines, or whatever the card's template knows by `name`."""

    name: str
    permission: str
    fetch: Fetch


_facts: dict[str, Fact] = {}


def register(*facts: Fact) -> None:
    """A second time changes nothing."""
    for fact in facts:
        _facts[fact.name] = fact


def facts_of(visits: Sequence["Visit"], user: User) -> dict[str, Mapping[UUID, Any]]:
    """By fact and visit, what this person may see; nothing is asked for an empty board."""
    allowed = [fact for fact in _facts.values() if user.has_perm(fact.permission)]
    return {fact.name: fact.fetch(visits) for fact in allowed} if visits else {}
