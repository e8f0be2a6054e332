"""Where a patient goes next. Every station asks when it has finished."""

from datetime import date
from uuid import UUID

from core.accounts.models import User
from core.errors import ClinicError
from patients.domain.queue import refuse_ended, wait_at
from patients.domain.tickets import active_ticket, step
from patients.models import LabRequest, Prescription, Room, Ticket, Visit
from patients.signals import consulted

WANT_A_CLINICIAN = (Visit.State.TRIAGED, Visit.State.IN_CONSULTATION, Visit.State.AWAITING_RESULTS)
CONSULTATION = Room.Kind.CONSULTATION
OPEN_TESTS = (
    LabRequest.State.REQUESTED,
    LabRequest.State.COLLECTED,
    LabRequest.State.RECEIVED,
    LabRequest.State.IN_PROGRESS,
    LabRequest.State.RESULTED,
)


class NoTicket(ClinicError):
    """The visit holds no ticket, so there is nowhere to send the patient from."""


def next_stop(visit: Visit) -> Room.Kind:
    """Tests to be taken, then medicines, then whoever waits for results, then the cash desk."""
    requests, prescriptions = visit.labrequest_set, visit.prescription_set
    if requests.filter(state=LabRequest.State.REQUESTED).exists():
        return Room.Kind.LABORATORY
    if prescriptions.filter(state=Prescription.State.SIGNED).exists():
        return Room.Kind.PHARMACY
    return Room.Kind.CONSULTATION if visit.state in WANT_A_CLINICIAN else Room.Kind.CASH_DESK


def stops_ahead(visit: Visit) -> set[Room.Kind]:
    """Everywhere the patient still has to go, the cash desk among them."""
    ahead = {Room.Kind.CASH_DESK}
    if visit.labrequest_set.filter(state=LabRequest.State.REQUESTED).exists():
        ahead.add(Room.Kind.LABORATORY)
    if visit.prescription_set.filter(state=Prescription.State.SIGNED).exists():
        ahead.add(Room.Kind.PHARMACY)
    return ahead


def send_on(visit_id: UUID, *, after: Room.Kind, by: User) -> Ticket | None:
    """A station (`after`) has finished: the patient waits at the next stop.

    A patient who is not at that station any more is left where they are; None without a ticket.
    """
    ticket = active_ticket(visit_id)
    if ticket is None or ticket.service != after:
        return ticket
    with step("transfer", ticket.pk, by=by) as (held, visit):
        if held.service == after and held.is_active:
            queue_next(held, visit, next_stop(visit))
    return held


def queue_next(ticket: Ticket, visit: Visit, stop: Room.Kind) -> None:
    """At the cash desk the visit is ready to pay; back at the consultation its clinician waits."""
    if stop == Room.Kind.CASH_DESK:
        visit.state = Visit.State.READY_TO_BILL
    provider = visit.clinician if stop == Room.Kind.CONSULTATION else None
    wait_at(ticket, stop, provider=provider)


def after_triage(visit_id: UUID, *, priority: str = "", by: User) -> Ticket:
    """Vital signs are taken: the patient waits for the clinician, sooner if `priority` says so."""
    with step("transfer", _ticket(visit_id).pk, by=by) as (ticket, visit):
        refuse_ended(ticket)
        ticket.priority = priority or ticket.priority
        if visit.state == Visit.State.REGISTERED:
            visit.state = Visit.State.TRIAGED
        if ticket.service == Room.Kind.TRIAGE:
            wait_at(ticket, Room.Kind.CONSULTATION, provider=visit.clinician)
    return ticket


def after_consultation(
    visit_id: UUID,
    *,
    stop: Room.Kind | None = None,
    disposition: str = "",
    follow_up_on: date | None = None,
    awaits_results: bool | None = None,
    by: User,
) -> Ticket:
    """The consultation has ended; it is charged once a visit.

    `awaits_results` brings the patient back when the tests are in; by default if any is open.
    `stop` overrides where the patient goes. Raises NoTicket, NotHere, NotAllowed.
    """
    with step("transfer", _ticket(visit_id).pk, by=by) as (ticket, visit):
        refuse_ended(ticket)
        comes_back = _has_open_tests(visit) if awaits_results is None else awaits_results
        State = Visit.State
        visit.state = State.AWAITING_RESULTS if comes_back else State.READY_TO_BILL
        visit.disposition = disposition or visit.disposition
        visit.follow_up_on = follow_up_on or visit.follow_up_on
        queue_next(ticket, visit, stop or next_stop(visit))
        consulted.send(None, visit=visit, by=by)
    return ticket


def after_results(visit_id: UUID, *, by: User) -> Ticket | None:
    """The clinician has seen what a patient waited for and need not see the patient again.

    None where nobody waits for results, or some are still to come.
    """
    ticket = active_ticket(visit_id)
    if ticket is None or (ticket.service, ticket.state) != (CONSULTATION, Ticket.State.WAITING):
        return None
    with step("transfer", ticket.pk, by=by) as (held, visit):
        if not results_are_in(visit):
            return None
        visit.state = Visit.State.READY_TO_BILL
        queue_next(held, visit, next_stop(visit))
    return held


def results_are_in(visit: Visit) -> bool:
    """Whether somebody who waits for results can be called back."""
    return visit.state == Visit.State.AWAITING_RESULTS and not _has_open_tests(visit)


def _has_open_tests(visit: Visit) -> bool:
    return visit.labrequest_set.filter(state__in=OPEN_TESTS).exists()


def _ticket(visit_id: UUID) -> Ticket:
    ticket = active_ticket(visit_id)
    if ticket is None:
        raise NoTicket("This visit has no ticket; it is not in the house today.")
    return ticket
