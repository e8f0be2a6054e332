"""Rules of care that hold whoever writes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from psycopg.types.range import Range

from patients.models import LabTest, Patient, Prescription, ReferenceRange, Visit

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def patient(db) -> Patient:
    return Patient.objects.create(family_name="Okoro", sex="female")


def refused(work, *args, **kwargs) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        work(*args, **kwargs)


def test_a_patient_has_one_open_visit(patient):
    Visit.objects.create(patient=patient, opened_at=NOW, state="closed", closed_at=NOW)
    Visit.objects.create(patient=patient, opened_at=NOW)

    with pytest.raises(IntegrityError, match="visits_one_open_per_patient"), transaction.atomic():
        Visit.objects.create(patient=patient, opened_at=NOW)


@pytest.mark.parametrize(
    ("before", "after", "legal"),
    [
        ("registered", "triaged", True),
        ("registered", "closed", False),
        ("closed", "registered", False),
        ("closed", "entered_in_error", True),
    ],
)
def test_a_visit_moves_only_as_it_may(patient, before, after, legal):
    visit = Visit.objects.create(patient=patient, opened_at=NOW, state=before)
    change = Visit.objects.filter(pk=visit.pk).update

    if legal:
        change(state=after)
    else:
        refused(change, state=after)


def test_a_visit_does_not_end_before_it_begins(patient):
    refused(Visit.objects.create, patient=patient, opened_at=NOW, closed_at=NOW - timedelta(1))


@pytest.mark.parametrize("born", [date(1879, 12, 31), date.today() + timedelta(3)])
def test_a_birth_date_is_believable(db, born):
    refused(Patient.objects.create, family_name="x", sex="male", birth_date=born)


def test_a_patient_is_not_merged_into_itself(patient):
    refused(Patient.objects.filter(pk=patient.pk).update, merged_into=patient)


def test_a_signed_prescription_and_its_lines_stay_as_they_are(patient):
    signed = Prescription.objects.create(
        patient=patient, state="draft", written_at=NOW, signed_at=NOW
    )
    line = signed.items.create(patient=patient, drug="Amoxicillin", quantity=15)
    Prescription.objects.filter(pk=signed.pk).update(state="signed")
    lines = signed.items.filter(pk=line.pk)

    refused(lines.update, dose="1000")
    refused(lines.delete)
    refused(Prescription.objects.filter(pk=signed.pk).update, written_at=NOW - timedelta(1))
    refused(lines.update, dispensed_quantity=16)
    assert lines.update(dispensed_quantity=15) == 1


def test_reference_ranges_do_not_overlap(db):
    test = LabTest.objects.create(code="HB", name="Haemoglobin")
    ReferenceRange.objects.create(test=test, sex="female", age_days=Range(0, 6570), unit="g/dL")

    refused(
        ReferenceRange.objects.create,
        test=test,
        sex="female",
        age_days=Range(6569, None),
        unit="g/dL",
    )


def test_names_are_searched_without_case_accents_and_by_sound(db):
    patient = Patient.objects.create(family_name="Müller-O'Brien", given_names="Zoë", sex="female")

    assert patient.search_name == " muller o brien zoe "
    assert Patient.objects.filter(sounds__contains=["MLR"]).get() == patient
