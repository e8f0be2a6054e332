"""Keeping a time for somebody, and what becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError, Stale
from patients.domain import arrivals, visits
from patients.models import Appointment, Patient, Room, Ticket, Visit
from patients.policies import require
from patients.queries.appointments import booked_today, in_the_way

State = Appointment.State
BOOKING = "book appointment"
LONGEST = timedelta(hours=8)


class Taken(ClinicError):
    """Somebody else has this time; `other` is their appointment, if it is still there."""

    def __init__(self, sentence: str, other: Appointment | None) -> None:
        super().__init__(sentence)
        self.other = other


class NoSuchTime(ClinicError):
    """Nobody can come at this time."""


class NotBooked(Stale):
    """The appointment has moved on; the sentence says to where."""

    def __init__(self, appointment: Appointment) -> None:
        state = appointment.get_state_display().lower()
        super().__init__(f"The appointment of {appointment.patient} is {state} already.")
        self.appointment = appointment


def book(
    patient_id: UUID,
    *,
    provider: User,
    begins_at: datetime,
    minutes: int,
    room: Room | None = None,
    reason: str = "",
    overbook: bool = False,
    by: User,
) -> Appointment:
    """Keep the time. With `overbook` the provider and room may have somebody else then as well.

    Raises Taken, NoSuchTime, visits.NotToBeSeen for the dead and the merged, NotAllowed, or
    Patient.DoesNotExist.
    """
    require(by, "appointments.overbook" if overbook else "appointments.book")
    period = _period(begins_at, minutes)
    with acting(user_id=by.pk), _one_at_a_time():
        patient = Patient.objects.get(pk=patient_id)
        _refuse_unfit(patient)
        booked = Appointment(
            patient=patient,
            provider=provider,
            room=room,
            period=period,
            reason=reason.strip(),
            overbooked=overbook,
        )
        _refuse_taken(booked)
        booked.save()
    return booked


def check_in(appointment_id: UUID, *, by: User, **facts: Any) -> Ticket:
    """The patient stands at the desk: arrived, with a visit and a ticket, in one go.

    `facts` are those of `arrivals.arrive`, in place of what was said when booking. Who was queued
    as a walk-in before keeps that ticket; who comes after being given up is squeezed in. Raises
    NotBooked when the appointment is over or off, and what `arrivals.arrive` raises.
    """
    require(by, "appointments.check_in")
    with acting(user_id=by.pk), _one_at_a_time():
        appointment = _locked(appointment_id)
        if appointment.state not in (State.BOOKED, State.NO_SHOW):
            raise NotBooked(appointment)
        ticket = _ticket(appointment, facts, by)
        squeezed = appointment.state == State.NO_SHOW and in_the_way(appointment) is not None
        _save(
            appointment,
            state=State.ARRIVED,
            visit=ticket.visit,
            overbooked=appointment.overbooked or squeezed,
        )
    return ticket


def welcome(patient_id: UUID, *, by: User, **facts: Any) -> Ticket:
    """Whoever has an appointment today is checked in; everybody else walks in.

    Raises what `check_in` and `arrivals.arrive` raise.
    """
    booked = booked_today([patient_id]).get(patient_id)
    if booked is not None and by.has_perm("appointments.check_in"):
        return check_in(booked.pk, by=by, **facts)
    return arrivals.arrive(patient_id, by=by, **facts)


def cancel(appointment_id: UUID, *, reason: str = "", by: User) -> Appointment:
    """The patient will not come; the time is free again. Raises NotBooked once they are here."""
    require(by, "appointments.book")
    return _end(appointment_id, State.CANCELLED, reason, by)


def no_show(appointment_id: UUID, *, by: User) -> Appointment:
    """The patient has not come. Raises NoSuchTime before the appointment begins, and NotBooked."""
    require(by, "appointments.check_in")
    return _end(appointment_id, State.NO_SHOW, "", by)


def undo(appointment_id: UUID, *, by: User) -> Appointment:
    """Booked again, whatever it was: an arrival is taken back with its ticket.

    Raises Taken when the time was given to somebody else, and what `arrivals.take_back` raises.
    """
    require(by, "appointments.check_in")
    with acting(user_id=by.pk, action="take_back"), _one_at_a_time():
        _lock_visit(appointment_id)
        appointment = _locked(appointment_id)
        if appointment.state in (State.CANCELLED, State.NO_SHOW):
            _refuse_taken(appointment)
        elif appointment.state == State.ARRIVED and appointment.visit_id:
            _take_back(appointment, by)
        else:
            raise NotBooked(appointment)
        _save(appointment, state=State.BOOKED, visit=None, ending_reason="")
    return appointment


def _period(begins_at: datetime, minutes: int) -> DateTimeTZRange:
    length = timedelta(minutes=minutes)
    if not timedelta(0) < length <= LONGEST:
        raise NoSuchTime("An appointment takes between 1 minute and 8 hours.")
    if begins_at + length <= timezone.now():
        raise NoSuchTime("This time has passed. Queue the patient instead.")
    return DateTimeTZRange(begins_at, begins_at + length)


def _refuse_unfit(patient: Patient) -> None:
    if patient.merged_into_id or patient.deceased_at:
        why = "was merged into another record" if patient.merged_into_id else "has died"
        raise visits.NotToBeSeen(f"{patient} {why}; no appointment can be made.")


def _refuse_taken(appointment: Appointment) -> None:
    """Asked under the lock that all bookings take; the constraints stand behind it."""
    if other := in_the_way(appointment):
        raise Taken(_sentence(appointment, other), other)


def _sentence(wanted: Appointment, other: Appointment) -> str:
    """Who or what is taken, by whom, and until when."""
    until = f"{timezone.localtime(other.ends_at):%H:%M}"
    if other.patient_id == wanted.patient_id:
        return f"{other.patient} is with {other.provider} then, until {until}."
    if other.provider_id == wanted.provider_id:
        return f"{other.provider} has {other.patient} then, until {until}."
    return f"{other.room} is taken then by {other.provider} with {other.patient}, until {until}."


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Bookings follow one another: two at once would each wait for the other's constraint.

    Raises Taken if a row that came by another door holds the time.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [BOOKING])
            yield
    except IntegrityError as error:
        if "appointments_one_a_" not in str(error):
            raise
        raise Taken("This time has just been taken by somebody else.", None) from error


def _locked(appointment_id: UUID) -> Appointment:
    locked = Appointment.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("patient", "provider", "visit").get(pk=appointment_id)


def _lock_visit(appointment_id: UUID) -> None:
    """Before the appointment: whoever moves the visit takes them in this order, too."""
    visit_id = Appointment.objects.values_list("visit_id", flat=True).get(pk=appointment_id)
    if visit_id is not None:
        Visit.objects.select_for_update(no_key=True).get(pk=visit_id)


def _ticket(appointment: Appointment, facts: dict[str, Any], by: User) -> Ticket:
    """A new one; or the one that the patient holds already, whose visit then is this appointment's."""
    known: dict[str, Any] = {"reason": appointment.reason, "provider": appointment.provider}
    facts = known | {name: value for name, value in facts.items() if value}
    try:
        kind = Visit.Kind.APPOINTMENT
        return arrivals.arrive(appointment.patient_id, **facts, kind=kind, by=by)
    except visits.AlreadyHere as here:
        if here.ticket is None or hasattr(here.visit, "appointment"):
            raise
        return here.ticket


def _end(appointment_id: UUID, state: State, reason: str, by: User) -> Appointment:
    with acting(user_id=by.pk, reason=reason or None), transaction.atomic():
        appointment = _locked(appointment_id)
        if appointment.state != State.BOOKED:
            raise NotBooked(appointment)
        if state == State.NO_SHOW and appointment.begins_at > timezone.now():
            raise NoSuchTime("The appointment has not begun yet; cancel it instead.")
        _save(appointment, state=state, ending_reason=reason.strip())
    return appointment


def _take_back(appointment: Appointment, by: User) -> None:
    """A walk-in's ticket is older than the appointment's arrival, and stays."""
    visit = appointment.visit
    if visit is not None and visit.kind == Visit.Kind.APPOINTMENT:
        arrivals.take_back(visit.tickets.latest("created_at").pk, by=by)


def _save(appointment: Appointment, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(appointment, name, value)
    appointment.save(update_fields=list(changes))
