"""What a document says is nowhere in what is stored of it, and is read as it was written."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from clinical_docs.documents import ClinicalData
from core.accounts.roles import Role
from core.crypto.held import held
from core.databases import mongo
from core.outbox.models import OutboxRow
from core.outbox.queries import waiting_documents
from core.testing.documents import stored
from patients.models import Patient

DATA = {
    "text": "podagra",
    "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "results": {"hb": 14.2, "n": 7500, "none": None, "list": [1, "a", {"b": True}]},
}


@pytest.fixture
def grace(transactional_db) -> Patient:
    return Patient.objects.create(family_name="Okoro", sex="female")


def written(one: Patient, **fields) -> ClinicalData:
    known = {"data_type": "clinical_note", "data": DATA, "metadata": {"by": "podagra"}}
    return ClinicalData(patient_id=str(one.pk), **known, **fields).save()


def test_neither_database_holds_the_words(grace, relay):
    made = written(grace, code="11488-4")
    row = bytes(OutboxRow.objects.get(kind="document").document)
    relay()

    raw = mongo.collection("clinical_data").find_one()

    assert b"podagra" not in row
    assert "podagra" not in str(raw)
    assert (raw["code"], raw["data_type"]) == ("11488-4", "clinical_note")
    assert stored("clinical_data", _id=made.pk)[0]["data"] == DATA
    read = ClinicalData.objects.get(id=made.pk)
    assert (read.data, read.metadata) == (DATA, {"by": "podagra"})


def test_what_is_on_its_way_is_read_too(grace):
    written(grace)

    assert [one["data"] for one in waiting_documents(grace.pk, "clinical_data")] == [DATA]


def test_many_documents_cost_one_query_for_their_keys(grace, relay, django_assert_num_queries):
    for n in range(5):
        written(Patient.objects.create(family_name=f"N{n}", sex="male"))
    relay()
    held.clear()

    with django_assert_num_queries(1):
        assert [one["data"] for one in stored("clinical_data")] == [DATA] * 5


def test_nobody_is_found_by_what_is_sealed(grace):
    for name in ("data", "data__text", "metadata__by"):
        with pytest.raises(ValidationError, match="is sealed"):
            list(ClinicalData.objects(**{name: "podagra"}))


@pytest.mark.django_db(transaction=True, databases=["default", "mongodb"])
@pytest.mark.parametrize(("role", "shown"), [(Role.CLINICIAN, True), (Role.ADMINISTRATOR, False)])
def test_the_administration_opens_one_for_who_may_read_it(
    client, person, grace, relay, role, shown
):
    made = written(grace)
    relay()
    client.force_login(person(role, Role.ADMINISTRATOR, is_staff=True))

    page = client.get(reverse("admin:clinical_docs_clinicaldatamirror_change", args=[made.pk]))

    assert page.status_code == 200
    assert ("podagra" in page.content.decode()) is shown
