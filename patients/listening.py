"""Who may hear what of patients and their care."""

from collections.abc import Callable
from types import ModuleType
from uuid import UUID

from core.accounts.models import User
from core.relay.rows import Row
from patients.models import Patient
from patients.queries import glass

LISTS = {
    "visit": ("visits", "queue"),
    "ticket": ("queue",),
    "lab_request": ("lab_requests",),
    "specimen": ("lab_requests",),
    "prescription": ("prescriptions",),
    "dispense": ("prescriptions",),
    "appointment": ("appointments",),
    "invoice": ("invoices", "till"),
    "charge": ("till",),
    "payment": ("till",),
    "lot": ("stock",),
}
"""Which lists a row of a type concerns."""


def register(topics: ModuleType) -> None:
    """A patient's record, and the lists that people work through."""
    topics.allow("patient", may_hear_patient)
    topics.allow("privacy", may_hear_of_glass)
    topics.register("break_glass_grant", _named(("privacy",)))
    for entity_type, lists in LISTS.items():
        topics.register(entity_type, _named(lists))
        for topic in lists:
            topics.allow(topic, may_hear_lists)


def may_hear_patient(user: User, key: str) -> bool:
    """Those who may open the record, of a patient that exists. Before glass nobody hears who works
    behind it."""
    try:
        patient = UUID(key)
    except ValueError:
        return False
    if not user.has_perm("patients.view") or not Patient.objects.filter(pk=patient).exists():
        return False
    return not glass.is_shut_to(user, patient)


def may_hear_of_glass(user: User, key: str) -> bool:
    """That somebody opened a restricted record is for whoever reviews it."""
    return user.has_perm("privacy.review")


def may_hear_lists(user: User, key: str) -> bool:
    """That a list has changed says nothing of whom: everybody who works with patients may know."""
    return user.has_perm("patients.view")


def _named(lists: tuple[str, ...]) -> Callable[[Row], list[str]]:
    def namer(row: Row) -> list[str]:
        return list(lists)

    return namer
