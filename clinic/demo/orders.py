"""Tests and medicines ordered today, as far as laboratory and pharmacy have got with them."""

from collections.abc import Iterable
from datetime import timedelta

from clinic.demo.acts import Staff
from clinic.demo.laboratory import work_on
from core.accounts.models import User
from core.capture.context import acting
from inventory.models import Item
from inventory.queries import on_hand
from patients.domain import dispensing
from patients.domain.giving import Give
from patients.models import LabRequest, LabTest, Prescription, PrescriptionItem, Visit
from patients.queries.dispensing import lines_of
from patients.signals import tests_ordered

State = LabRequest.State
COURSES = {
    "NITROFURANTOIN-100MG-C": (2, 5),
    "AMOXICILLIN-500MG-C": (3, 7),
    "PARACETAMOL-500MG-T": (3, 5),
    "IBUPROFEN-400MG-T": (3, 5),
    "AMLODIPINE-5MG-T": (1, 30),
    "LISINOPRIL-10MG-T": (1, 30),
    "SALBUTAMOL-100MCG-INH": (4, 30),
    "FLUTICASONEAND-250MCG-INH": (2, 30),
}
"""How many a day, for how many days."""
CONTAINERS = ("inhaler", "bottle", "tube")


def order_tests(visit: Visit, tests: Iterable[tuple[str, str]], people: Staff, *, by: User) -> None:
    """Each test with the state it has reached, charged as it was ordered."""
    asked = [
        (ask(visit, LabTest.objects.get(code=code), by=by), reached) for code, reached in tests
    ]
    tests_ordered.send(None, requests=[request for request, _ in asked], by=by)
    for request, reached in asked:
        work_on(request, State(reached), by=people.lab)


def ask(visit: Visit, test: LabTest, *, by: User) -> LabRequest:
    urgent = visit.kind == Visit.Kind.EMERGENCY
    with acting(user_id=by.pk):
        return LabRequest.objects.create(
            patient_id=visit.patient_id,
            visit=visit,
            test=test,
            name=test.name,
            code=test.loinc,
            code_system="http://loinc.org",
            priority=LabRequest.Priority.URGENT if urgent else LabRequest.Priority.ROUTINE,
            requester=by,
            requested_at=visit.opened_at + timedelta(minutes=15),
        )


def prescribe(visit: Visit, skus: Iterable[str], *, by: User) -> Prescription | None:
    """A signed prescription of these items, or none."""
    items = list(Item.objects.filter(sku__in=skus))
    if not items:
        return None
    with acting(user_id=by.pk):
        written_at = visit.opened_at + timedelta(minutes=18)
        prescription = Prescription.objects.create(
            patient_id=visit.patient_id, visit=visit, prescriber=by, written_at=written_at
        )
        PrescriptionItem.objects.bulk_create(line(prescription, item) for item in items)
        prescription.state, prescription.signed_at = Prescription.State.SIGNED, written_at
        prescription.save(update_fields=["state", "signed_at"])
    return prescription


def line(prescription: Prescription, item: Item) -> PrescriptionItem:
    times, days = COURSES[item.sku]
    counted = not item.unit.startswith(CONTAINERS)
    return PrescriptionItem(
        prescription=prescription,
        patient_id=prescription.patient_id,
        item=item,
        drug=f"{item.name} {item.strength} {item.form}",
        code=item.sku,
        dose="1",
        unit=item.unit if counted else "dose",
        route=item.route,
        frequency=f"{times} times a day",
        duration_days=days,
        quantity=times * days if counted else 1,
    )


def dispense(prescription: Prescription, how_much: str, *, by: User) -> None:
    """All lines or only the first, as far as the shelves have it."""
    lines = lines_of(prescription.pk)
    given = lines if how_much == "all" else lines[:1]
    there = on_hand(line.item_id for line in given if line.item_id)
    gives = [
        Give(line.pk, min(line.quantity, there[line.item_id]))
        for line in given
        if line.quantity and line.item_id and there[line.item_id]
    ]
    if gives:
        dispensing.dispense(prescription.pk, gives, by=by)
