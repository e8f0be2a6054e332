"""The visit from the front door to the way out."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.clock import today
from core.counters.domain import next_number
from core.errors import ClinicError
from patients.domain.tickets import active_ticket, step
from patients.models import Patient, Room, Ticket, Visit
from patients.policies import require
from patients.signals import visit_closed, visit_started

PREFIXES = {
    Room.Kind.PROCEDURE: "B",
    Room.Kind.LABORATORY: "L",
    Room.Kind.PHARMACY: "P",
    Room.Kind.CASH_DESK: "C",
}
ALL_OTHERS = "A"


class AlreadyHere(ClinicError):
    """The patient has an open visit; `visit` is it, `ticket` the ticket held, if any."""

    def __init__(self, visit: Visit, ticket: Ticket | None) -> None:
        place = f": ticket {ticket.label}, {ticket.get_service_display()}" if ticket else ""
        since = timezone.localtime(visit.opened_at)
        super().__init__(f"{visit.patient} is here already since {since:%H:%M}{place}.")
        self.visit, self.ticket = visit, ticket


class NotToBeSeen(ClinicError):
    """This record takes no visits."""


class NotSeenYet(ClinicError):
    """Nobody has seen the patient, so the visit can only be cancelled."""


def start(
    patient_id: UUID,
    *,
    kind: str = Visit.Kind.WALK_IN,
    service: str = Room.Kind.TRIAGE,
    reason: str = "",
    priority: str = Ticket.Priority.ROUTINE,
    room: Room | None = None,
    provider: User | None = None,
    arrived_at: datetime | None = None,
    by: User,
) -> Ticket:
    """Open a visit and queue the patient at `service`; the ticket has the day's next number.

    `provider` is the clinician asked for: the first to see the patient, unless triage comes before.
    `arrived_at` is for what is entered later than it happened.
    Raises AlreadyHere, NotToBeSeen for the dead and the merged, NotAllowed, Patient.DoesNotExist.
    """
    require(by, "visits.open")
    with acting(user_id=by.pk), transaction.atomic():
        # Two desks that start the same patient's visit follow one another.
        patient = Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
        refuse_unfit(patient)
        came_at = arrived_at or timezone.now()
        visit = Visit.objects.create(
            patient=patient,
            kind=kind,
            reason=reason.strip(),
            room=room,
            clinician=provider,
            opened_at=came_at,
        )
        # Anybody takes vital signs; the clinician asked for comes after.
        first = None if service == Room.Kind.TRIAGE else provider
        ticket = issue(visit, service, priority, room, first)
        visit_started.send(None, visit=visit, by=by)
    return ticket


def refuse_unfit(patient: Patient) -> None:
    if patient.merged_into_id or patient.deceased_at:
        why = "was merged into another record" if patient.merged_into_id else "has died"
        raise NotToBeSeen(f"{patient} {why}; no visit can be started.")
    ended = Visit.ENDED
    visit = patient.visits.exclude(state__in=ended).select_related("patient").first()
    if visit is not None:
        raise AlreadyHere(visit, active_ticket(visit.pk))


def issue(
    visit: Visit, service: str, priority: str, room: Room | None, provider: User | None
) -> Ticket:
    """A ticket with the next number of the day and the service's letter."""
    prefix = PREFIXES.get(Room.Kind(service), ALL_OTHERS)
    return Ticket.objects.create(
        visit=visit,
        patient_id=visit.patient_id,
        service_day=today(),
        prefix=prefix,
        number=next_number(f"ticket {today()} {prefix}"),
        service=service,
        room=room,
        provider=provider,
        priority=priority,
        queued_at=visit.opened_at,
    )


def close(visit_id: UUID, *, version: int | None = None, by: User) -> Visit:
    """The patient has been everywhere and leaves. A visit that is over stays as it is.

    Raises NotSeenYet for somebody who still waits for triage or the clinician, and MovedMeanwhile
    if `version` is given and the ticket has moved on.
    """
    return _end(visit_id, Visit.State.CLOSED, version=version, by=by)


def cancel(visit_id: UUID, *, by: User) -> Visit:
    """The visit did not take place."""
    return _end(visit_id, Visit.State.CANCELLED, by=by)


def _end(visit_id: UUID, state: Visit.State, *, version: int | None = None, by: User) -> Visit:
    ticket = active_ticket(visit_id)
    if ticket is not None:
        with step("finish", ticket.pk, version=version, by=by) as (held, visit):
            _refuse_unseen(visit, state)
            held.state, held.finished_at = Ticket.State.DONE, timezone.now()
            visit.state, visit.closed_at = state, held.finished_at
            visit_closed.send(None, visit=visit, by=by)
        return visit
    return _end_without_ticket(visit_id, state, by=by)


def _end_without_ticket(visit_id: UUID, state: Visit.State, *, by: User) -> Visit:
    """Visits that came by an import or by telephone hold none."""
    require(by, "queue.work")
    with acting(user_id=by.pk), transaction.atomic():
        visit = Visit.objects.select_for_update(no_key=True).get(pk=visit_id)
        if visit.is_open:
            _refuse_unseen(visit, state)
            visit.state, visit.closed_at = state, timezone.now()
            visit.save(update_fields=["state", "closed_at"])
            visit_closed.send(None, visit=visit, by=by)
    return visit


def _refuse_unseen(visit: Visit, state: Visit.State) -> None:
    unseen = visit.state in (Visit.State.REGISTERED, Visit.State.TRIAGED)
    if unseen and state == Visit.State.CLOSED:
        raise NotSeenYet("Nobody has seen this patient yet; cancel the visit instead.")
