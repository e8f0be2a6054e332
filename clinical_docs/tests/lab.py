"""A laboratory for tests: orders, values, catalogue, in few words."""

from typing import Any

from django.utils import timezone

from clinic.reference import care
from clinic.reference.tables import load
from clinical_docs.domain.sheets import Typed, texts_of
from patients.domain import specimens
from patients.models import LabRequest, LabTest, Patient, Visit

BLOOD = {
    "white_blood_cells": "6.1",
    "red_blood_cells": "4.6",
    "haemoglobin": "13.2",
    "haematocrit": "40",
    "mean_corpuscular_volume": "88",
    "mean_corpuscular_haemoglobin": "29",
    "mean_corpuscular_haemoglobin_concentration": "34",
    "red_cell_distribution_width": "12.8",
    "platelets": "250",
}


def catalogue() -> None:
    """The tests and ranges every clinic starts from."""
    for table in care.TABLES:
        if table.name in ("lab_tests", "reference_ranges"):
            load(table)


def order(one: Patient, code: str, *, visit: Visit | None = None, **fields: Any) -> LabRequest:
    test = LabTest.objects.get(code=code)
    known = {"test": test, "name": test.name, "code": test.loinc, "requested_at": timezone.now()}
    visit = visit or Visit.objects.filter(patient=one).first()
    visit = visit or Visit.objects.create(patient=one, opened_at=timezone.now())
    return LabRequest.objects.create(patient=one, visit=visit, **{**known, **fields})


def collected(one: Patient, code: str, *, by: Any, **fields: Any) -> LabRequest:
    """An order whose sample is in the laboratory."""
    request = order(one, code, **fields)
    specimens.collect(one.pk, only=[request.pk], by=by)
    request.refresh_from_db()
    return request


def typed(request: LabRequest, *, sure: tuple[str, ...] = (), **values: str) -> Typed:
    """What a form sends that was opened now."""
    before = texts_of(request)
    return Typed(request.pk, values, {k: before.get(k, "") for k in values}, frozenset(sure))
