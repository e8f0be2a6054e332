"""The laboratory's part of the day, by its own functions: samples, values, a result released."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from clinical_docs.domain import results
from clinical_docs.domain.sheets import Typed
from clinical_docs.queries.keys import key_of
from core.accounts.models import User
from patients.domain import specimens
from patients.models import LabRequest, Specimen
from patients.queries.laboratory import analytes_of

State = LabRequest.State
KIDNEY = {
    "GLU": "104", "NA": "137", "K": "6.4", "CL": "104", "HCO3": "19", "BUN": "41", "CREA": "2.3",
    "CA": "9.1",
}  # fmt: skip
URINE = {"UCOL": "amber", "UAPP": "cloudy", "UPH": "6.5", "UPRO": "trace", "UGLU": "negative"}
MEASURED = {**KIDNEY, **URINE, "TSH": "7.9", "FT4": "0.9"}
"""A potassium that somebody must be told of, a urine half measured, a thyroid that is slow."""


def work_on(request: LabRequest, reached: LabRequest.State, *, by: User) -> None:
    """Sample, values and release, as far as `reached`."""
    if reached == State.REQUESTED:
        return
    [sample] = specimens.collect(request.patient_id, only=[request.pk], by=by)
    date_back(sample, request)
    if reached in (State.IN_PROGRESS, State.RESULTED, State.VERIFIED):
        [request] = results.enter([values_of(request)], by=by)
    if reached == State.VERIFIED:
        results.verify({request.pk: request.result_document}, by=by)


def date_back(sample: Specimen, request: LabRequest) -> None:
    """Taken some minutes after it was asked for, as far as that is past."""
    taken_at = min(request.requested_at + timedelta(minutes=8), timezone.now())
    sample.collected_at = taken_at
    sample.received_at = min(taken_at + timedelta(minutes=4), timezone.now())
    sample.save(update_fields=["collected_at", "received_at"])


def values_of(request: LabRequest) -> Typed:
    tests = analytes_of([request])[request.pk]
    values: Mapping[str, str] = {
        key_of(test): MEASURED[test.code] for test in tests if test.code in MEASURED
    }
    return Typed(request.pk, values)
