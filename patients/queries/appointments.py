"""The day's appointments, and who is in the way of one."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.accounts.models import User
from core.clock import today
from patients.models import Appointment
from patients.models.appointment import HOLDS_ITS_TIME


def appointments_for(user: User) -> QuerySet[Appointment]:
    """The appointments this person may know of."""
    known = Appointment.objects.select_related("patient", "provider", "room", "visit")
    return known if user.has_perm("appointments.view") else known.none()


def appointment_or_404(user: User, appointment_id: UUID) -> Appointment:
    return get_object_or_404(appointments_for(user), pk=appointment_id)


def of_day(user: User, day: date) -> QuerySet[Appointment]:
    """Those that begin on the day, the earliest first."""
    begins, ends = bounds(day)
    that_day = appointments_for(user).filter(
        period__startswith__gte=begins, period__startswith__lt=ends
    )
    return that_day.order_by("period", "pk")


def bounds(day: date) -> tuple[datetime, datetime]:
    """From midnight to midnight on the clinic's clock."""
    zone = timezone.get_current_timezone()
    begins = datetime.combine(day, time(), zone)
    return begins, datetime.combine(day + timedelta(days=1), time(), zone)


def booked_today(patient_ids: Iterable[UUID]) -> dict[UUID, Appointment]:
    """For each patient the first appointment of today that waits for them, in one question."""
    begins, ends = bounds(today())
    waiting = Appointment.objects.filter(
        patient__in=list(patient_ids),
        state=Appointment.State.BOOKED,
        period__startswith__gte=begins,
        period__startswith__lt=ends,
    )
    firsts = waiting.order_by("patient_id", "period").distinct("patient_id")
    return {one.patient_id: one for one in firsts}


def to_arrive(user: User) -> int:
    """How many of today's are still to come."""
    return of_day(user, today()).filter(state=Appointment.State.BOOKED).count()


def in_the_way(wanted: Appointment) -> Appointment | None:
    """Who holds the patient's, the provider's or the room's time."""
    same = Q(patient=wanted.patient_id)
    if not wanted.overbooked:
        taken = Q(provider=wanted.provider_id)
        if wanted.room_id:
            taken |= Q(room=wanted.room_id)
        same |= taken & Q(overbooked=False)
    others = Appointment.objects.filter(
        same, state__in=HOLDS_ITS_TIME, period__overlap=wanted.period
    )
    related = others.select_related("patient", "provider", "room").exclude(pk=wanted.pk)
    return related.order_by("period").first()


def next_free(provider: User, begins_at: datetime, length: timedelta) -> datetime | None:
    """The first time from then on that day at which the provider has room for so long."""
    ends = bounds(timezone.localtime(begins_at).date())[1]
    taken = Appointment.objects.filter(
        provider=provider,
        state__in=HOLDS_ITS_TIME,
        overbooked=False,
        period__overlap=(begins_at, ends),
    ).order_by("period")
    free = begins_at
    for one in taken:
        if one.begins_at - free >= length:
            break
        free = max(free, one.ends_at)
    return free if free + length <= ends else None
