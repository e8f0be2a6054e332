"""Times kept for patients."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.fields.ranges import RangeStartsWith
from django.db import models
from django.db.models import Q

from core.capture.models import Record
from core.capture.triggers import moves
from patients.models.patient import Patient
from patients.models.visit import Room, Visit

HOLDS_ITS_TIME = ["booked", "arrived", "in_progress"]


class Appointment(Record):
    """A patient's time with somebody [Appointment].

    While it holds its time, nobody can be in two places then: neither patient, nor room, nor
    provider, unless the provider was `overbooked` knowingly. Once there is a visit, the database
    lets the appointment follow it (models/visit.py).
    """

    class State(models.TextChoices):
        BOOKED = "booked", "Booked"
        ARRIVED = "arrived", "Arrived"
        IN_PROGRESS = "in_progress", "With staff"
        FULFILLED = "fulfilled", "Done"
        CANCELLED = "cancelled", "Cancelled"
        NO_SHOW = "noshow", "Did not come"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    provider = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True)
    period = DateTimeRangeField()
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.BOOKED)
    overbooked = models.BooleanField(default=False)
    ending_reason = models.CharField("why it did not take place", max_length=300, blank=True)
    visit = models.OneToOneField(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="appointment"
    )

    class Meta(Record.Meta):
        db_table = "appointments"
        ordering = ["period"]
        constraints = [
            ExclusionConstraint(
                name="appointments_one_a_provider",
                expressions=[
                    ("provider", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=HOLDS_ITS_TIME, overbooked=False),
            ),
            ExclusionConstraint(
                name="appointments_one_a_room",
                expressions=[("room", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(state__in=HOLDS_ITS_TIME, overbooked=False),
            ),
            ExclusionConstraint(
                name="appointments_one_a_patient",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=HOLDS_ITS_TIME),
            ),
            models.CheckConstraint(
                condition=Q(
                    period__isempty=False, period__lower_inf=False, period__upper_inf=False
                ),
                name="appointments_begin_and_end",
            ),
        ]
        indexes = [
            models.Index(RangeStartsWith("period"), name="appointments_begin"),
            models.Index(fields=["patient", "state"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            moves(
                "state",
                booked="arrived cancelled noshow",
                arrived="booked in_progress fulfilled cancelled",
                # Backwards is what undoing needs.
                in_progress="booked arrived fulfilled cancelled",
                fulfilled="arrived in_progress cancelled",
                cancelled="booked arrived in_progress fulfilled",
                noshow="booked arrived",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.begins_at:%d-%b-%Y %H:%M}"

    @property
    def begins_at(self) -> datetime:
        begins: datetime = self.period.lower
        return begins

    @property
    def ends_at(self) -> datetime:
        ends: datetime = self.period.upper
        return ends

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.begins_at
