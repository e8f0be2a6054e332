"""What stands around the note of a visit: who waits, what came before."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404
from django.utils import timezone

from core.accounts.models import User
from core.clock import today
from core.timeline.entries import Cursor
from patients.models import LabRequest, Room, Ticket, Visit
from patients.queries.record import patients_for

SHOWN_VISITS = 3
SHOWN_WAITING = 5
ORDERS_FOR = timedelta(days=60)
FINAL = (LabRequest.State.VERIFIED, LabRequest.State.REJECTED, LabRequest.State.CANCELLED)
URGENCY = (Ticket.Priority.EMERGENCY, Ticket.Priority.URGENT, Ticket.Priority.ROUTINE)


@dataclass(frozen=True)
class Earlier:
    """A visit from before; `place` is where the record shows it."""

    visit: Visit
    place: str


def visit_or_404(user: User, visit_id: UUID) -> Visit:
    """The visit of a patient this person may see. Raises Http404."""
    visits = Visit.objects.select_related("patient", "room", "clinician")
    visit = visits.filter(pk=visit_id, patient__in=patients_for(user)).first()
    if visit is None:
        raise Http404
    return visit


def earlier_visits(visit: Visit) -> list[Earlier]:
    """The last ones before it, one more than is shown."""
    before = Visit.objects.filter(patient=visit.patient_id, opened_at__lt=visit.opened_at)
    mistaken = (Visit.State.ENTERED_IN_ERROR, Visit.State.CANCELLED)
    last = before.exclude(state__in=mistaken).order_by("-opened_at")[: SHOWN_VISITS + 1]
    return [Earlier(one, _place(one)) for one in last]


def _place(visit: Visit) -> str:
    """What the record's address takes: everything up to the end of that visit's day."""
    ended = max(visit.closed_at or visit.opened_at, visit.opened_at)
    return str(Cursor(ended + timedelta(days=1), "0"))


def open_orders(patient_id: UUID) -> QuerySet[LabRequest]:
    """Tests that are not answered yet."""
    asked = LabRequest.objects.filter(
        patient=patient_id, result_document="", requested_at__gt=timezone.now() - ORDERS_FOR
    )
    return asked.exclude(state__in=FINAL).order_by("-requested_at")[:8]


def waiting_for(user: User, *, besides: UUID) -> QuerySet[Ticket]:
    """Who waits for this clinician, or for any, but the visit `besides`: the most urgent, then whoever
    waits longest."""
    mine = Q(provider=user.pk) | Q(provider=None)
    here = Ticket.objects.filter(
        mine,
        service_day=today(),
        service=Room.Kind.CONSULTATION,
        state__in=(Ticket.State.WAITING, Ticket.State.CALLED),
    )
    places = (When(priority=name, then=Value(place)) for place, name in enumerate(URGENCY))
    urgency = Case(*places, default=Value(9), output_field=IntegerField())
    others = here.exclude(visit=besides).select_related("patient", "visit")
    return others.order_by(urgency, "queued_at")
