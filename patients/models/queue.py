"""The queue: whose turn it is, and where."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from core.capture.models import Record
from core.capture.triggers import moves, refused
from patients.models.patient import Patient
from patients.models.visit import Room, Visit


class Ticket(Record):
    """A visit's place in the house [Task]. Its number stays the same from station to station.

    `queued_at` says since when the patient waits at the present service.
    """

    class Priority(models.TextChoices):
        ROUTINE = "routine", "Routine"
        URGENT = "urgent", "Urgent"
        EMERGENCY = "emergency", "Emergency"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CALLED = "called", "Called"
        IN_SERVICE = "in_service", "With staff"
        SKIPPED = "skipped", "Skipped"
        DONE = "done", "Done"
        LEFT = "left", "Left"

    ENDED = (State.DONE, State.LEFT)

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="tickets")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="tickets")
    service_day = models.DateField()
    prefix = models.CharField(max_length=3)
    number = models.PositiveIntegerField()
    service = models.CharField(max_length=20, choices=Room.Kind)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True)
    provider = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.ROUTINE)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    queued_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, blank=True)
    called_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta(Record.Meta):
        db_table = "queue_tickets"
        ordering = ["queued_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["service_day", "prefix", "number"], name="queue_tickets_number_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["visit"],
                condition=~Q(state__in=["done", "left"]),
                name="queue_tickets_one_active_per_visit",
            ),
        ]
        indexes = [
            models.Index(fields=["service_day", "state"]),
            models.Index(fields=["patient", "-service_day"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            moves(
                "state",
                waiting="called in_service skipped done left",
                called="waiting in_service skipped done left",
                in_service="waiting called skipped done left",
                skipped="waiting called in_service done left",
                # Backwards is what undoing needs.
                done="waiting called in_service skipped",
                left="waiting called in_service skipped",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What is printed, shown and called out: `A012`."""
        return f"{self.prefix}{self.number:03d}"

    @property
    def is_active(self) -> bool:
        return self.state not in self.ENDED


class TicketMove(Record):
    """One step of a ticket, with what was before it: what undoing goes back to."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="moves")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT)
    act = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    before = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta(Record.Meta):
        db_table = "queue_moves"
        ordering = ["id"]
        verbose_name = "step of a ticket"
        verbose_name_plural = "steps of tickets"
        triggers = [
            *Record.Meta.triggers,
            refused(
                "rewrite",
                pgtrigger.Update | pgtrigger.Delete,
                "A step of a ticket is never changed; undo it",
            ),
        ]

    def __str__(self) -> str:
        return self.act
