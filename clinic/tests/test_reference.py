"""Loading the reference tables: once, again, and after the clinic or the file has changed."""

from decimal import Decimal

import pytest

from billing.models import Price, Service, ServiceRule
from clinic.models import LoadedReference
from clinic.reference import goods
from clinic.reference.diagnoses import load_diagnosis_codes
from clinic.reference.loading import load_small
from clinic.reference.tables import ReferenceTable, load
from clinical_docs.models import NoteTemplate
from core.clock import today
from core.outbox.models import OutboxRow
from inventory.models import DrugAlternative, DrugCaution, DrugName, InteractionRule, Item
from patients.models import AllergyGroup, DiagnosisCode, LabTest, ReferenceRange, Room


@pytest.fixture
def loaded(db) -> dict:
    return dict(load_small())


def test_every_table_is_filled(loaded):
    assert {name: counts.saved for name, counts in loaded.items()} == {
        "rooms": Room.objects.count(),
        "allergy_groups": AllergyGroup.objects.count(),
        "lab_tests": LabTest.objects.count(),
        "reference_ranges": ReferenceRange.objects.values("test").distinct().count(),
        "formulary": Item.objects.count(),
        "services": Service.objects.count(),
        "note_templates": NoteTemplate.objects.count(),
        "service_rules": ServiceRule.objects.count(),
        "drug_names": DrugName.objects.count(),
        "interaction_rules": InteractionRule.objects.count(),
        "drug_cautions": DrugCaution.objects.count(),
        "drug_alternatives": DrugAlternative.objects.count(),
    }
    assert Price.objects.filter(valid__contains=today()).count() == Service.objects.count()


def test_a_second_load_saves_nothing_and_reports_nothing(loaded):
    reported = OutboxRow.objects.count()

    again = dict(load_small())

    assert {counts.saved for counts in again.values()} == {0}
    assert OutboxRow.objects.count() == reported


def test_what_the_clinic_changed_stays(loaded):
    Item.objects.filter(sku="AMLODIPINE-5MG-T").update(price=Decimal("0.99"))

    list(load_small())

    assert Item.objects.get(sku="AMLODIPINE-5MG-T").price == Decimal("0.99")


def test_what_the_file_changed_is_taken_over(loaded):
    LoadedReference.objects.filter(key="AMLODIPINE-5MG-T").update(digest="an older file")
    Item.objects.filter(sku="AMLODIPINE-5MG-T").update(price=Decimal("0.99"))

    counts = dict(load_small())["formulary"]

    assert counts.saved == 1
    assert Item.objects.get(sku="AMLODIPINE-5MG-T").price == Decimal("0.06")


def test_new_ranges_replace_those_of_their_test(loaded):
    sodium = LabTest.objects.get(code="NA")
    before = sodium.ranges.count()
    LoadedReference.objects.filter(table="reference_ranges", key="NA").update(digest="older")

    list(load_small())

    assert sodium.ranges.count() == before


def test_a_new_price_starts_today_and_the_old_one_ends(loaded):
    service = Service.objects.get(code="CON-FUP")
    old = service.prices.get()
    Price.objects.filter(pk=old.pk).update(valid=("2020-01-01", None))

    goods.set_price(service, Decimal("50.00"))

    found = list(service.prices.order_by("valid").values_list("amount", "valid__endswith"))
    assert found == [(Decimal("45.00"), today()), (Decimal("50.00"), None)]


def test_loading_is_reported_as_such(loaded):
    context = OutboxRow.objects.filter(entity_type="room").first().context

    assert context == {"reason": "reference table"}


def test_a_broken_row_leaves_the_table_as_it_was(db, tmp_path):
    file = tmp_path / "services.csv"
    file.write_text("code,name,category,price\nA,First,x,10\nB,Second,x,ten\n")

    with pytest.raises(ArithmeticError):
        load(ReferenceTable("services", str(file), "code", goods.save_service))

    assert Service.objects.count() == 0


def test_the_codes_of_icd_10_cm_are_replaced_as_a_whole(db):
    DiagnosisCode.objects.create(code="OLD", title="Withdrawn")

    first, second = load_diagnosis_codes(), load_diagnosis_codes()

    assert (first.saved, second.saved) == (first.read, 0)
    assert DiagnosisCode.objects.get(code="I10").title == "Essential (primary) hypertension"
    assert DiagnosisCode.objects.filter(billable=True).count() > 70_000
    assert not DiagnosisCode.objects.filter(code="OLD").exists()
