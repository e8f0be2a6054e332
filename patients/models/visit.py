"""A patient's stay in the house."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from core.capture.models import Record
from core.capture.triggers import moves, refused
from patients.models.patient import Patient

NOTE_TRANSITION = """
    INSERT INTO visit_transitions (visit_id, from_state, to_state, at, by_id)
    VALUES (NEW.id, OLD.state, NEW.state, clock_timestamp(), NEW.updated_by);
    RETURN NULL;
"""

# The appointment a visit began with goes where the visit goes. A time that was given away meanwhile
# is not taken back: the appointment then stays as it ended.
TAKE_APPOINTMENT_ALONG = """
    BEGIN
        UPDATE appointments SET state = CASE
            WHEN NEW.state IN ('registered', 'triaged') THEN 'arrived'
            WHEN NEW.state IN ('in_consultation', 'awaiting_results') THEN 'in_progress'
            WHEN NEW.state IN ('ready_to_bill', 'closed') THEN 'fulfilled'
            ELSE 'cancelled' END
        WHERE visit_id = NEW.id;
    EXCEPTION WHEN exclusion_violation THEN
        NULL;
    END;
    RETURN NULL;
"""


class Room(Record):
    """A room or service point [Location]."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", "Consultation"
        TRIAGE = "triage", "Triage"
        LABORATORY = "laboratory", "Laboratory"
        PHARMACY = "pharmacy", "Pharmacy"
        CASH_DESK = "cash_desk", "Cash desk"
        PROCEDURE = "procedure", "Procedure"
        RECEPTION = "reception", "Reception"

    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.CONSULTATION)
    active = models.BooleanField(default=True)

    class Meta(Record.Meta):
        db_table = "rooms"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Visit(Record):
    """From the front door to leaving [Encounter]; a patient has at most one open."""

    class Kind(models.TextChoices):
        WALK_IN = "walk_in", "Walk-in"
        APPOINTMENT = "appointment", "Appointment"
        EMERGENCY = "emergency", "Emergency"
        VIRTUAL = "virtual", "By phone or video"
        INPATIENT = "inpatient", "Hospital stay"

    class State(models.TextChoices):
        REGISTERED = "registered", "Registered"
        TRIAGED = "triaged", "Triaged"
        IN_CONSULTATION = "in_consultation", "In consultation"
        AWAITING_RESULTS = "awaiting_results", "Waiting for results"
        READY_TO_BILL = "ready_to_bill", "Ready to pay"
        CLOSED = "closed", "Closed"
        CANCELLED = "cancelled", "Cancelled"
        ENTERED_IN_ERROR = "entered_in_error", "Entered in error"

    class Disposition(models.TextChoices):
        HOME = "home", "Goes home"
        FOLLOW_UP = "follow_up", "Comes back"
        REFERRED = "referred", "Referred"
        ADMITTED = "admitted", "Sent to hospital"
        LEFT = "left", "Left without being seen"
        DIED = "died", "Died"

    ENDED = (State.CLOSED, State.CANCELLED, State.ENTERED_IN_ERROR)

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="visits")
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.WALK_IN)
    state = models.CharField(max_length=20, choices=State, default=State.REGISTERED)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True
    )
    reason = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    disposition = models.CharField(max_length=20, choices=Disposition, blank=True)
    follow_up_on = models.DateField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta(Record.Meta):
        db_table = "visits"
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient"],
                condition=~Q(state__in=["closed", "cancelled", "entered_in_error"]),
                name="visits_one_open_per_patient",
                violation_error_message="This patient already has an open visit.",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=models.F("opened_at")),
                name="visits_end_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-opened_at"]),
            models.Index(fields=["state", "opened_at"]),
        ]
        triggers = [
            *Record.Meta.triggers,
            moves(
                "state",
                registered="triaged in_consultation awaiting_results ready_to_bill cancelled"
                " entered_in_error",
                triaged="in_consultation awaiting_results ready_to_bill registered cancelled"
                " entered_in_error",
                in_consultation="awaiting_results ready_to_bill triaged registered closed"
                " cancelled entered_in_error",
                awaiting_results="in_consultation ready_to_bill triaged registered closed"
                " cancelled entered_in_error",
                ready_to_bill="in_consultation awaiting_results triaged registered closed"
                " entered_in_error",
                # Backwards is what undoing needs.
                closed="ready_to_bill in_consultation awaiting_results entered_in_error",
                cancelled="registered triaged in_consultation awaiting_results entered_in_error",
            ),
            pgtrigger.Trigger(
                name="visit_transitions",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("state"),
                func=NOTE_TRANSITION,
            ),
            pgtrigger.Trigger(
                name="appointment_follows",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("state"),
                func=TAKE_APPOINTMENT_ALONG,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.opened_at:%d-%b-%Y}"

    @property
    def is_open(self) -> bool:
        return self.state not in self.ENDED


class VisitTransition(models.Model):
    """When a visit came into a state, and by whom; written by the database, never changed."""

    id = models.BigAutoField(primary_key=True)
    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="transitions")
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)

    class Meta:
        db_table = "visit_transitions"
        ordering = ["id"]
        triggers = [
            refused("rewrite", pgtrigger.Update, "What has happened to a visit is not rewritten")
        ]

    def __str__(self) -> str:
        return f"{self.from_state} > {self.to_state}"
