"""The administration over a clinic that has seen patients: each row opens, none can be undone."""

from typing import Any

import pytest
from django.contrib import admin

from billing.models import Invoice, Payment
from clinic.tests.test_administration import TABLES, address, names
from core.accounts.models import User
from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from inventory.models import StockMove
from patients.domain import glass
from patients.models import Patient, Visit
from patients.queries import glass as glass_rows


@pytest.fixture
def seth(client, person):
    user = person(Role.ADMINISTRATOR, username="keeper", is_staff=True)
    client.force_login(user)
    return user


@pytest.mark.parametrize("model", TABLES, ids=names(TABLES))
def test_a_row_of_every_table_is_listed_and_opens(made, client, seth, model):
    first = model._default_manager.first()
    if first is None:
        pytest.skip("the demo clinic has none")

    page = client.get(address(model, "changelist"))
    assert (page.status_code, page.context["cl"].result_count > 0) == (200, True)
    assert client.get(address(model, "change", first.pk)).status_code == 200


@pytest.mark.parametrize("model", [StockMove, Payment, OutboxRow, User])
def test_what_happened_cannot_be_deleted(made, client, seth, model):
    row = model._default_manager.first()

    answer = client.post(address(model, "delete", row.pk), {"post": "yes"})

    assert (answer.status_code, model._default_manager.filter(pk=row.pk).exists()) == (403, True)


def test_an_issued_invoice_is_only_looked_at(made, client, seth):
    issued = Invoice.objects.exclude(state=Invoice.State.DRAFT).first()

    answer = client.post(address(Invoice, "change", issued.pk), {"state": "draft"})

    assert answer.status_code == 403


def test_what_the_database_refuses_is_a_message(made, client, seth):
    draft = Invoice.objects.create(patient=Patient.objects.first())
    asked = {"patient": draft.patient_id, "state": "credited", "metadata": "{}"}
    asked |= {"number": "INV-9", "issued_at_0": "2026-11-20", "issued_at_1": "10:00:00"}

    answer = client.post(address(Invoice, "change", draft.pk), asked, follow=True)

    draft.refresh_from_db()
    told = [str(message) for message in answer.context["messages"]]
    assert told == ["Nothing was changed. Invoices cannot go from draft to credited."]
    assert (answer.status_code, draft.state) == (200, "draft")


def test_rows_are_deleted_of_tables_without_a_past_alone(made, seth):
    request = type("Request", (), {"user": seth})
    may_delete = {
        model.__name__
        for model in TABLES
        if admin.site._registry[model].has_delete_permission(request)
    }

    rules = {"DrugAlternative", "DrugCaution", "DrugName", "InteractionRule"}
    assert may_delete == {"Price", "ReferenceRange", *rules}


@pytest.fixture
def shut(made) -> Patient:
    """A patient whose record is restricted, with rows in many tables."""
    visit = Visit.objects.order_by("opened_at").last()
    noor = User.objects.filter(roles__contains=[Role.AUDITOR]).first()
    glass.restrict(visit.patient_id, kind="vip", by=noor)
    return visit.patient


def rows_of(patient: Patient) -> list[tuple[type, Any]]:
    """A row of every table of the administration that is part of the patient's record."""
    named = [one for one in TABLES if "patient" in {f.name for f in one._meta.fields}]
    ours = [one for one in named if one._meta.app_label in ("patients", "clinical_docs")]
    kept = [one for one in ours if one not in glass_rows.ABOUT_THE_GLASS]
    found = [(one, one._default_manager.filter(patient=patient).first()) for one in kept]
    return [(Patient, patient), *((one, row) for one, row in found if row is not None)]


def test_a_restricted_record_opens_nowhere_in_the_administration(shut, client, seth):
    rows = rows_of(shut)
    assert len(rows) > 5

    for model, row in rows:
        for page in ("change", "history"):
            answer = client.get(address(model, page, row.pk))
            assert (model, page, answer.status_code) == (model, page, 403)
    assert client.post(address(Patient, "change", shut.pk), {"phone": "1"}).status_code == 403


def test_whoever_is_named_opens_it_there_too(shut, client, seth):
    noor = User.objects.filter(roles__contains=[Role.AUDITOR]).first()
    glass.restrict(shut.pk, kind="vip", permitted=[seth], by=noor)

    assert client.get(address(Patient, "change", shut.pk)).status_code == 200
