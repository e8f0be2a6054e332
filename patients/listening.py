"""Who may hear what of patients and their care."""

from collections.abc import Callable
from types import ModuleType
from uuid import UUID

from core.accounts.models import User
from core.relay.rows import Row
from patients.models import Patient

LISTS = {"visit": "visits", "lab_request": "lab_requests", "prescription": "prescriptions"}


def register(topics: ModuleType) -> None:
    """A patient's record, and the lists that the front page shows."""
    topics.allow("patient", may_hear_patient)
    for entity_type, topic in {**LISTS, "invoice": "invoices"}.items():
        topics.register(entity_type, _named(topic))
        topics.allow(topic, may_hear_lists)


def may_hear_patient(user: User, key: str) -> bool:
    """Those who may open the record, of a patient that exists."""
    try:
        patient = UUID(key)
    except ValueError:
        return False
    return user.has_perm("patients.view") and Patient.objects.filter(pk=patient).exists()


def may_hear_lists(user: User, key: str) -> bool:
    """That a list has changed says nothing of whom: everybody who works with patients may know."""
    return user.has_perm("patients.view")


def _named(topic: str) -> Callable[[Row], list[str]]:
    def namer(row: Row) -> list[str]:
        return [topic]

    return namer
