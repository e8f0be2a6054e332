"""What the staff do with a visit, each as themselves."""

from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from clinic.demo.accounts import member
from clinic.demo.chance import one_of
from core.accounts.models import User
from core.capture.context import acting
from patients.models import Patient, Room, Visit

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
    with acting(user_id=by.pk):
        return Visit.objects.create(
            patient=patient,
            kind=kind,
            reason=reason,
            opened_at=arrived_at,
            room=room(Room.Kind.RECEPTION),
            metadata={"demo": True},
        )


def move(visit: Visit, state: Visit.State, *, by: User, **changes: object) -> None:
    """Into the next state, with what goes along."""
    with acting(user_id=by.pk):
        for name, value in {"state": state, **changes}.items():
            setattr(visit, name, value)
        visit.save(update_fields=["state", *changes])


def close(visit: Visit, *, by: User) -> None:
    move(visit, State.CLOSED, by=by, closed_at=timezone.now())


def cancel(visit: Visit, *, by: User) -> None:
    move(visit, State.CANCELLED, by=by, closed_at=timezone.now())


def room(kind: Room.Kind, *keys: object) -> Room:
    """One of the rooms of a kind, the same for the same keys."""
    return one_of(list(Room.objects.filter(kind=kind, active=True)), "room", *keys)
