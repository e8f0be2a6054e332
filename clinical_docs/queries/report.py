"""Laboratory results and samples as papers say them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from clinical_docs.choices import rounded, unit_on_paper
from core.accounts.models import User
from core.shell import words
from core.shell.charts import range_text
from patients.models import LabRequest, Patient, Specimen
from patients.queries.laboratory import on_file

State = LabRequest.State
LETTERS_LENGTH = 90


def panels_of(patient: Patient, visit_id: UUID | None) -> list[dict[str, Any]]:
    """What is on file of the visit, else of the last visit that has a result."""
    return [_panel(one) for one in on_file(patient.pk, visit_id)]


def labels_of(patient: Patient, specimens: list[Specimen]) -> list[dict[str, str]]:
    """Name, birth date, number and tests of each sample; the drawing is added by the view."""
    return [
        {
            "name": words.person_name(patient.family_name, patient.given_names),
            "born": words.clinic_date(patient.birth_date),
            "mrn": words.mrn(patient.mrn),
            "accession": one.accession,
            "kind": one.kind,
            "tests": _shortened(", ".join(request.name for request in one.requests.all())),
            "at": words.clinic_datetime(one.collected_at),
        }
        for one in specimens
    ]


def samples_of_today(patient_id: UUID, accession: str = "") -> list[Specimen]:
    """Today's samples that can be used, or the one of this number whenever it was taken."""
    usable = Specimen.objects.filter(patient=patient_id).exclude(state=Specimen.State.REJECTED)
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    chosen = (
        usable.filter(accession=accession) if accession else usable.filter(collected_at__gte=start)
    )
    return list(chosen.prefetch_related("requests").order_by("accession"))


def _panel(request: LabRequest) -> dict[str, Any]:
    data = request.entered
    amendments = data.get("amendments", ())
    return {
        "name": request.name,
        "mark": _mark(request),
        "sample": _sample(request),
        "rows": [_row(data, key, value) for key, value in data.get("results", {}).items()],
        "comment": data.get("comment", ""),
        "amendments": [f"{one['reason']} ({one['by']}, {_at(one['at'])})" for one in amendments],
        "steps": _steps(request),
    }


def _row(data: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    limits = data.get("reference_ranges", {}).get(key, {})
    befores = [one["before"].get(key) for one in data.get("amendments", ()) if key in one["before"]]
    return {
        "name": data.get("names", {}).get(key, key),
        "value": rounded(value),
        "old": [rounded(one) for one in befores if one not in (None, "")],
        "flag": data.get("flags", {}).get(key, ""),
        "unit": unit_on_paper(data.get("units", {}).get(key, "")),
        "range": range_text(limits.get("min"), limits.get("max")),
    }


def _mark(request: LabRequest) -> str:
    if request.state != State.VERIFIED:
        return "PRELIMINARY, NOT VERIFIED"
    return "AMENDED" if request.entered.get("amendments") else ""


def _sample(request: LabRequest) -> str:
    one = request.specimen
    return f"{one.accession}, {one.kind}" if one else ""


def _steps(request: LabRequest) -> list[list[str]]:
    """When and by whom, as far as it is known."""
    steps: list[tuple[str, datetime | None, User | None]] = [
        ("ordered", request.requested_at, request.requester)
    ]
    if sample := request.specimen:
        steps.append(("collected", sample.collected_at, sample.collected_by))
        steps.append(("received", sample.received_at, sample.received_by))
    steps.append(("entered", request.resulted_at, request.resulted_by))
    steps.append(("verified", request.verified_at, request.verified_by))
    return [[name, _when(at, by)] for name, at, by in steps if at]


def _when(at: datetime | None, by: User | None) -> str:
    who = f" {by.display_name}" if by else ""
    return f"{words.clinic_datetime(at)}{who}"


def _at(iso: str) -> str:
    return words.clinic_datetime(datetime.fromisoformat(iso))


def _shortened(tests: str) -> str:
    """A label is small; whole tests are on the request."""
    return (
        tests
        if len(tests) <= LETTERS_LENGTH
        else f"{tests[:LETTERS_LENGTH].rpartition(',')[0]} and more"
    )
