"""What the end of a consultation's page draws: the way on, what is missing, who waits."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clinical_docs.forms import DISPOSITIONS, STOPS, FinishForm
from clinical_docs.models import Letter
from clinical_docs.queries.consult import SHOWN_WAITING, waiting_for
from clinical_docs.queries.follow_up import SPANS, after
from clinical_docs.queries.musts import musts
from clinical_docs.queries.signed import notes_of
from core.accounts.access import StaffRequest
from core.clock import today
from core.errors import ServiceUnavailable
from core.shell.context import address
from patients.domain import stops
from patients.domain.tickets import active_ticket
from patients.models import Room, Visit
from patients.queries.allergies import standing

WRITE = "consult.write"


@dataclass(frozen=True)
class Stop:
    """A chip: `turn` is when the patient comes there by what was ordered, 0 for not at all."""

    value: str
    label: str
    turn: int
    is_first: bool


@dataclass(frozen=True)
class FollowUp:
    """A chip: in a week, on a day."""

    value: str
    label: str
    day: date | None


def closing_of(request: StaffRequest, visit: Visit, *, is_signed: bool | None) -> dict[str, Any]:
    """What the last part of the page and its bar draw; `is_signed` as `has_note` says it."""
    ticket = active_ticket(visit.pk)
    is_under_way = visit.state == Visit.State.IN_CONSULTATION
    missing = musts(visit, has_note=is_signed) if is_under_way else []
    return {
        "visit": visit,
        "patient": visit.patient,
        "gravest": _gravest(visit),
        "ticket": ticket,
        "may_write": request.user.has_perm(WRITE),
        "is_under_way": is_under_way,
        "may_begin": ticket is not None and not is_under_way,
        "missing": missing,
        "stops": _stops(visit, request),
        "follow_ups": _follow_ups(),
        "dispositions": DISPOSITIONS,
        "chosen": _chosen(request),
        "finish_form": FinishForm(),
        "waiting": list(waiting_for(request.user, besides=visit.pk)[:SHOWN_WAITING]),
        "letter_kinds": list(Letter.Kind) if request.user.has_perm("letters.write") else [],
        "queue_url": address("patients:queue"),
        "tomorrow": after("1d", today()),
    }


def _gravest(visit: Visit) -> str:
    """The allergy to repeat where only one has a place."""
    first = standing(visit.patient_id).first()
    return first.substance if first else ""


def _stops(visit: Visit, request: StaffRequest) -> list[Stop]:
    """The way by what was ordered; the first is where the patient is sent, unless one chooses."""
    way = _way(visit)
    sent, shown = request.GET.get("stop", ""), request.GET.get("computed", "")
    first = sent if sent in STOPS and sent != shown else way[0].value
    return [
        Stop(
            one.value,
            str(one.label),
            way.index(one) + 1 if one in way else 0,
            one.value == first,
        )
        for one in STOPS
    ]


def _way(visit: Visit) -> list[Room.Kind]:
    """All stops to come, the cash desk last."""
    wanted = stops.stops_ahead(visit)
    return [one for one in STOPS if one in wanted]


def _follow_ups() -> list[FollowUp]:
    spans = [FollowUp(span, label, after(span, today())) for span, label in SPANS.items()]
    return [FollowUp("", "None", None), *spans]


def _chosen(request: StaffRequest) -> dict[str, str]:
    """What was chosen on the page that asks again."""
    sent = request.POST or request.GET
    return {name: sent.get(name, "") for name in ("follow_up", "follow_up_on", "disposition")}


def has_note(visit: Visit) -> bool | None:
    """Whether a note is signed; None while MongoDB does not answer."""
    try:
        return bool(notes_of(visit))
    except ServiceUnavailable:
        return None
