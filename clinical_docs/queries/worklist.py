"""The laboratory's worklist: a line a patient for each thing to be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from core.shell import words
from patients.models import LabRequest, Patient
from patients.queries import laboratory
from patients.queries.plain import plain_words

TABS = (
    ("all", "All"),
    ("collect", "Collect"),
    ("enter", "In lab"),
    ("verify", "Verify"),
    ("done", "Done"),
)
STAGES = {
    "verify": "To verify",
    "enter": "In the lab",
    "collect": "To collect",
    "done": "Done today",
}
LATE = timedelta(minutes=45)
"""From order to result; no target is set, the eye is drawn to what waits longest."""


@dataclass
class Pile:
    """One patient's orders of one stage."""

    stage: str
    patient: Patient
    requests: list[LabRequest]

    @property
    def name(self) -> str:
        """Unique on the page, and the same when it is drawn again."""
        return f"{self.stage}-{self.patient.pk}"

    @property
    def tests(self) -> str:
        return ", ".join(dict.fromkeys(one.name for one in self.requests))

    @property
    def accessions(self) -> list[str]:
        found = (one.specimen.accession for one in self.requests if one.specimen)
        return list(dict.fromkeys(found))

    @property
    def priority(self) -> str:
        """The most urgent of them; nothing where all are routine."""
        first = min(self.requests, key=lambda one: laboratory.URGENCY.index(one.priority))
        return "" if first.priority == LabRequest.Priority.ROUTINE else first.get_priority_display()

    @property
    def flag(self) -> str:
        """The gravest letter."""
        letters = {part for one in self.requests for part in one.flag_summary.split()}
        return next((one for one in ("HH", "LL", "AA") if one in letters), "")

    @property
    def since(self) -> datetime:
        return min(one.requested_at for one in self.requests)

    @property
    def is_late(self) -> bool:
        return self.stage != "done" and timezone.now() - self.since > LATE

    @property
    def by(self) -> str:
        """Who had it last, or where the patient is."""
        one = self.requests[0]
        if self.stage == "collect":
            room = one.visit.room if one.visit else None
            return room.name if room else ""
        who = one.verified_by or one.resulted_by or (one.specimen and one.specimen.collected_by)
        return who.get_short_name() if who else ""


@dataclass(frozen=True)
class Worklist:
    """The piles of a tab by stage, and how many each tab has."""

    tab: str
    piles: list[Pile]
    counts: dict[str, int]

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        return [(name, label, self.counts[name]) for name, label in TABS]

    @property
    def groups(self) -> list[tuple[str, list[Pile]]]:
        found = (
            (label, [one for one in self.piles if one.stage == stage])
            for stage, label in STAGES.items()
        )
        return [(label, piles) for label, piles in found if piles]

    @property
    def longest(self) -> str:
        waiting = [one.since for one in self.piles if one.stage != "done"]
        return words.minutes(min(waiting)) if waiting else ""


def worklist(tab: str, typed: str = "") -> Worklist:
    """Two questions, whatever the number of orders."""
    piles = _piles([*laboratory.waiting(), *laboratory.done_today()])
    named = [pile for pile in piles if _is_meant(pile, plain_words(typed))]
    counts = {stage: sum(one.stage == stage for one in named) for stage in STAGES}
    counts["all"] = sum(counts.values()) - counts["done"]
    chosen = tab if tab in counts else "all"
    shown = [
        one
        for one in named
        if chosen in (one.stage, "all") and (chosen != "all" or one.stage != "done")
    ]
    return Worklist(chosen, shown, counts)


def _piles(requests: Iterable[LabRequest]) -> list[Pile]:
    """In the order of the first order of each."""
    piles: dict[tuple[str, object], Pile] = {}
    for request in requests:
        stage = laboratory.stage_of(request.state)
        pile = piles.setdefault((stage, request.patient_id), Pile(stage, request.patient, []))
        pile.requests.append(request)
    order = list(STAGES)
    return sorted(piles.values(), key=lambda one: order.index(one.stage))


def _is_meant(pile: Pile, typed: list[str]) -> bool:
    names = plain_words(f"{pile.patient.family_name} {pile.patient.given_names}")
    return all(any(name.startswith(word) for name in names) for word in typed)
