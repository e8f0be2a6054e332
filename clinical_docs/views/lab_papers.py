"""What the laboratory prints: labels of samples, and results."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from clinical_docs.queries.report import labels_of, panels_of, samples_of_today
from core import paper
from core.accounts.access import StaffRequest, access
from patients.queries.paper import on_paper
from patients.queries.record import patient_or_404


@require_safe
@access("lab.collect")
def labels(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """A label a sample of today; with `?sample=` for that one alone."""
    patient = patient_or_404(request.user, patient_id)
    specimens = samples_of_today(patient.pk, request.GET.get("sample", ""))
    drawn: list[dict[str, Any]] = [
        {**one, "barcode": paper.barcode(one["accession"])} for one in labels_of(patient, specimens)
    ]
    return paper.answer(
        request,
        "clinical_docs/sample_labels",
        {"labels": drawn},
        filename=f"Labels {patient.mrn}",
        size="label",
        entity_type="patient",
        entity_id=patient.pk,
        patient_id=patient.pk,
    )


@require_safe
@access("lab.view")
def report(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The results of a visit, `?visit=`, or of the last one that has any."""
    patient = patient_or_404(request.user, patient_id)
    panels = panels_of(patient, _visit(request.GET.get("visit", "")))
    data = {
        "patient": on_paper(patient),
        "panels": panels,
        "any_old": any(row["old"] for panel in panels for row in panel["rows"]),
    }
    return paper.answer(
        request,
        "clinical_docs/lab_report",
        data,
        filename=f"Laboratory report {patient.mrn}",
        entity_type="patient",
        entity_id=patient.pk,
        patient_id=patient.pk,
    )


def _visit(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
