"""The labels of what was handed out, as a PDF with one to a page."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core import paper
from core.accounts.access import StaffRequest, access
from core.shell.words import clinic_date, person_name
from inventory.models import DrugCaution
from patients.domain.labels import Label, label, warnings
from patients.models import Dispense, Patient, Prescription
from patients.queries.dispensing import given_of
from patients.queries.safety import cautions_about
from patients.views.dispense_typed import identifier


@require_safe
@access("prescriptions.view")
def labels(request: StaffRequest, prescription_id: UUID) -> HttpResponse:
    """Of what was given in the act `?of=`, or of all; `?size=label` for 50 x 25 mm."""
    known = Prescription.objects.select_related("patient")
    prescription = get_object_or_404(known, pk=prescription_id)
    given = given_of(prescription, identifier(request.GET.get("of", "")))
    rules = cautions_about([one.item for one in given if one.item])
    data = {"labels": [_label(one, prescription.patient, rules) for one in _by_line(given)]}
    return paper.answer(
        request,
        "patients/labels",
        data,
        filename=f"Labels {prescription.patient.mrn}",
        size="label" if request.GET.get("size") == "label" else "sticker",
        entity_type="prescription",
        entity_id=prescription.pk,
        patient_id=prescription.patient_id,
    )


def _by_line(given: Iterable[Dispense]) -> list[list[Dispense]]:
    """What was given of one item for one line gets one label, whatever the number of lots."""
    groups: dict[tuple[UUID, UUID | None], list[Dispense]] = {}
    for one in given:
        groups.setdefault((one.prescription_item_id, one.item_id), []).append(one)
    return list(groups.values())


def _label(parts: list[Dispense], patient: Patient, rules: list[DrugCaution]) -> dict[str, Any]:
    first = parts[0]
    total = sum((one.quantity - one.returned_quantity for one in parts), Decimal(0))
    lots = [one.lot for one in parts if one.lot]
    said: Label = label(first.prescription_item, first.item, total, lots)
    use_by = f". Use by {clinic_date(said.use_by)}" if said.use_by else ""
    return {
        "drug": said.drug,
        "quantity": said.quantity,
        "how": said.how,
        "instruction": said.instruction,
        "cautions": warnings(first.item, rules, sex=patient.sex) if first.item else [],
        "lots": f"{said.lots_in_words}{use_by}",
        "patient": person_name(patient.family_name, patient.given_names),
        "date": clinic_date(first.dispensed_at),
    }
