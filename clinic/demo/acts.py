"""What the staff do with a visit, each as themselves."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from clinic.demo.accounts import member
from clinic.demo.chance import one_of
from core.accounts.models import User
from patients.domain import queue, visits
from patients.domain.tickets import active_ticket
from patients.models import Patient, Room, Ticket, Visit

State = Visit.State


class Staff(NamedTuple):
    """Who is in today."""

    desk: User
    nurse: User
    doctors: tuple[User, ...]
    lab: User
    pharmacist: User
    cashier: User

    def doctor(self, patient: Patient) -> User:
        """The patient's own, so far as there is one."""
        seen = patient.visits.exclude(clinician=None).order_by("-opened_at").first()
        mine = seen.clinician if seen else None
        return mine if mine in self.doctors else one_of(self.doctors, "doctor", patient.pk)


def staff() -> Staff:
    doctors = tuple(member(name) for name in ("amina", "kenji", "sofia"))
    desk, nurse, lab, pharmacist, cashier = map(member, ("joy", "ben", "tom", "lena", "peter"))
    return Staff(desk, nurse, doctors, lab, pharmacist, cashier)


def open_visit(
    patient: Patient, kind: Visit.Kind, reason: str, arrived_at: datetime, *, by: User
) -> Visit:
    """Somebody comes in and takes a ticket."""
    ticket = visits.start(patient.pk, kind=kind, reason=reason, arrived_at=arrived_at, by=by)
    return ticket.visit


def taken_in(visit: Visit, service: Room.Kind, *, by: User) -> None:
    """The patient is with somebody of the service, in one of its rooms."""
    ticket = active_ticket(visit.pk)
    if ticket is not None:
        queue.begin(ticket.pk, room=room(service, visit.pk), by=by)
    visit.refresh_from_db()


def waits_since(visit: Visit, minutes: int) -> None:
    """The last hand-over was not this moment, but while the day went on."""
    ago = min(timedelta(minutes=minutes), timezone.now() - visit.opened_at)
    Ticket.objects.filter(visit=visit).update(queued_at=timezone.now() - ago)


def end(visit: Visit, *, by: User) -> None:
    """Who was never called has left; who was, is done."""
    unseen = visit.state in (State.REGISTERED, State.TRIAGED)
    (visits.cancel if unseen else visits.close)(visit.pk, by=by)


def room(kind: Room.Kind, *keys: object) -> Room:
    """One of the rooms of a kind, the same for the same keys."""
    return one_of(list(Room.objects.filter(kind=kind, active=True)), "room", *keys)
