"""The day's appointments: of those who are here, and of those who are late, off, or still to come."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet
from django.utils import timezone

from clinic.demo.accounts import member
from clinic.demo.acts import Staff
from core.accounts.models import User
from core.capture.context import acting
from core.clock import today
from patients.models import Appointment, Patient, Visit
from patients.queries.appointments import bounds
from patients.queries.day import STEP, next_quarter
from patients.queries.today import visits_of

State = Appointment.State


class Booking(NamedTuple):
    """Somebody who is not here: so many quarters of an hour from now, with whom, why."""

    quarters: int
    provider: str
    reason: str
    length: int = 1
    state: Appointment.State = State.BOOKED


BOOKINGS = (
    Booking(-10, "sofia", "Follow-up", state=State.NO_SHOW),
    Booking(-2, "kenji", "New patient", length=2),
    Booking(-1, "ben", "Dressing"),
    Booking(1, "amina", "Diabetes review"),
    Booking(1, "sofia", "Blood pressure check"),
    Booking(2, "kenji", "Results talk"),
    Booking(2, "ben", "Immunisation", length=2),
    Booking(3, "amina", "New patient", length=2),
    Booking(5, "sofia", "Minor procedure", length=3),
    Booking(6, "kenji", "Asthma review", state=State.CANCELLED),
    Booking(7, "amina", "Antenatal", length=2),
    Booking(8, "ben", "Wound check"),
    Booking(9, "kenji", "Follow-up"),
    Booking(10, "sofia", "Headaches", length=2),
    Booking(11, "amina", "Follow-up"),
    Booking(13, "kenji", "Medical certificate"),
)
FOLLOWS = {
    Visit.State.REGISTERED: State.ARRIVED,
    Visit.State.TRIAGED: State.ARRIVED,
    Visit.State.IN_CONSULTATION: State.IN_PROGRESS,
    Visit.State.AWAITING_RESULTS: State.IN_PROGRESS,
}
EARLIEST = -40
"""Quarters of an hour before now within which a free one is looked for."""


def keep_the_diary(guests: Sequence[Patient], people: Staff) -> int:
    """Appointments around the present hour; `guests` are those who are not here. How many."""
    diary = Diary(next_quarter(timezone.localtime()) - STEP)
    with acting(user_id=people.desk.pk):
        for visit in _visits_by_appointment():
            diary.keep_visit(visit, visit.clinician or people.doctor(visit.patient))
        for booking, patient in zip(BOOKINGS, guests, strict=False):
            diary.keep_booking(booking, patient)
    return diary.kept


def end_earlier_appointments(people: Staff) -> int:
    """Whoever was booked on a day that is over and never came."""
    midnight = bounds(today())[0]
    left = Appointment.objects.filter(state=State.BOOKED, period__endswith__lte=midnight)
    with acting(user_id=people.desk.pk):
        return left.update(state=State.NO_SHOW)


def _visits_by_appointment() -> QuerySet[Visit]:
    ours = visits_of().filter(kind=Visit.Kind.APPOINTMENT, appointment=None)
    return ours.select_related("patient", "clinician")


class Diary:
    """Quarters of an hour, counted from the one that has begun; each provider has each once."""

    def __init__(self, begun: datetime) -> None:
        self.begun = begun
        self.kept = 0
        self._taken: set[tuple[UUID, int]] = set()

    def keep_visit(self, visit: Visit, provider: User) -> None:
        """In the quarter after somebody came in; where that is taken, in the nearest before."""
        first = int((next_quarter(visit.opened_at) - self.begun) / STEP)
        free = (n for n in range(first, EARLIEST, -1) if self._is_free(provider, n, 1))
        place = next(free, None)
        if place is not None:
            state = FOLLOWS.get(Visit.State(visit.state), State.FULFILLED)
            facts = {"patient": visit.patient, "reason": visit.reason, "visit": visit}
            self._keep(provider, place, 1, state=state, **facts)

    def keep_booking(self, booking: Booking, patient: Patient) -> None:
        """Where there is room for it today."""
        provider = member(booking.provider)
        if self._is_free(provider, booking.quarters, booking.length):
            facts = {"patient": patient, "reason": booking.reason, "state": booking.state}
            self._keep(provider, booking.quarters, booking.length, **facts)

    def _is_free(self, provider: User, place: int, length: int) -> bool:
        begins, ends = self._at(place), self._at(place + length)
        is_today = begins.date() == today() and ends <= bounds(today())[1]
        return is_today and not any((provider.pk, place + n) in self._taken for n in range(length))

    def _keep(self, provider: User, place: int, length: int, **facts: object) -> None:
        self._taken.update((provider.pk, place + n) for n in range(length))
        period = DateTimeTZRange(self._at(place), self._at(place + length))
        Appointment.objects.create(provider=provider, period=period, **facts)
        self.kept += 1

    def _at(self, place: int) -> datetime:
        return self.begun + place * STEP
