"""What is warned of: allergies, the same again, interactions, age and pregnancy."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.clock import today
from inventory.models import Item
from patients.domain.cautions import Taken, cautions, stops
from patients.domain.checking import others_of
from patients.models import (
    Allergy,
    AllergyGroup,
    Prescription,
    PrescriptionItem,
    Problem,
    Visit,
)
from patients.queries import safety
from patients.tests.people import patient
from patients.tests.shelf_list import fill_tables

GRACE = {"born": "1988-03-02", "sex": "female"}


@pytest.fixture
def tables(db):
    """What a clinic starts from."""
    fill_tables()


def item(sku):
    return Item.objects.get(sku=sku)


def against(sku, somebody, *others, being_written=False):
    """(is a stop, kind, title) of everything said against the drug."""
    wanted = item(sku)
    taken = [Taken(item(one), f"{one} in words", being_written) for one in others]
    found = cautions(wanted, taken, safety.circumstances(somebody, [wanted]))
    return [(one.is_stop, one.kind, one.title) for one in found]


def allergic(substance, **more):
    somebody = patient(**{**GRACE, **more.pop("who", {})})
    Allergy.objects.create(patient=somebody, substance=substance, **more)
    return somebody


def test_nothing_is_said_where_nothing_is_known(tables):
    assert against("AMOXICILLIN-500MG-C", patient(**GRACE)) == []


@pytest.mark.parametrize(
    "substance", ["Penicillin", "penicillins", "Substance with penicillin structure", "Ampicillin"]
)
def test_an_allergy_to_the_group_stops_its_members(substance, tables):
    found = against("AMOXICILLIN-500MG-C", allergic(substance))

    assert found == [(True, "allergy", "Stop: amoxicillin is a penicillin")]


def test_an_allergy_to_the_drug_itself_stops_it(tables):
    found = against("AMLODIPINE-5MG-T", allergic("Amlodipine"))

    assert found == [(True, "allergy", "Stop: allergy to amlodipine")]


def test_both_parts_of_a_combination_are_looked_at(tables):
    found = against("AMOXICILLINAND-875MG-T", allergic("Amoxicillin"))

    assert found == [(True, "allergy", "Stop: amoxicillin and clavulanate is a penicillin")]


def test_the_group_named_by_hand_counts(tables):
    group = AllergyGroup.objects.get(name="ACE inhibitors")

    found = against("LISINOPRIL-10MG-T", allergic("Angioedema from a tablet", group=group))

    assert found[0] == (True, "allergy", "Stop: lisinopril is an ACE inhibitor")


def test_a_cross_reaction_warns_with_the_note_of_the_group(tables):
    found = against("CEFALEXIN-500MG-C", allergic("Penicillin"))

    assert found == [(False, "allergy", "Allergy to penicillin: cefalexin may cross-react")]


@pytest.mark.parametrize("wrong", [{"verification": "refuted"}, {"active": False}, {"verification": "entered-in-error"}])  # fmt: skip
def test_an_allergy_that_is_none_stops_nothing(wrong, tables):
    assert against("AMOXICILLIN-500MG-C", allergic("Penicillin", **wrong)) == []


def test_an_allergy_to_something_else_is_not_taken_for_the_drug(tables):
    assert against("LACTULOSE-3P35G-SOL", allergic("Lac")) == []
    assert (
        against("IVERMECTIN-3MG-T", allergic("House dust mite", who={"born": "1970-01-01"})) == []
    )


def test_the_stop_says_what_happened_and_when(tables):
    recorded = timezone.now().replace(year=2019, month=4, day=11)
    somebody = allergic("Amoxicillin", reaction="anaphylaxis", recorded_at=recorded)
    wanted = item("AMOXICILLIN-500MG-C")

    [found] = cautions(wanted, [], safety.circumstances(somebody, [wanted]))

    assert (found.text, found.recorded_at) == ("Anaphylaxis", recorded)


def test_the_same_drug_on_the_same_prescription_stops(tables):
    found = against("AMLODIPINE-10MG-T", patient(**GRACE), "AMLODIPINE-5MG-T", being_written=True)

    assert found == [(True, "duplicate", "Stop: amlodipine is already on this prescription")]


def test_the_same_drug_being_taken_warns(tables):
    found = against("AMLODIPINE-10MG-T", patient(**GRACE), "AMLODIPINE-5MG-T")

    assert found == [(False, "duplicate", "amlodipine is being taken")]


def test_a_part_of_a_combination_is_the_same_drug(tables):
    found = against("AMOXICILLINAND-875MG-T", patient(**GRACE), "AMOXICILLIN-500MG-C")

    assert (False, "duplicate", "amoxicillin is being taken") in found


def test_a_relative_of_the_same_kind_warns(tables):
    found = against(
        "SIMVASTATIN-20MG-T", patient(born="1950-01-01", sex="male"), "ATORVASTATIN-10MG-T"
    )

    assert found == [(False, "duplicate", "simvastatin and atorvastatin are of the same kind")]


@pytest.mark.parametrize(
    ("sku", "other", "is_stop"),
    [
        ("SILDENAFIL-50MG-T", "GLYCERYLTRINIT-0P4MG-SL", True),
        ("IBUPROFEN-400MG-T", "WARFARIN-3MG-T", True),
        ("WARFARIN-3MG-T", "IBUPROFEN-400MG-T", True),
        ("SULFAMETHOXAZO-800MG-T", "METHOTREXATE-2P5MG-T", True),
        ("CLARITHROMYCIN-500MG-T", "SIMVASTATIN-20MG-T", True),
        ("SPIRONOLACTONE-25MG-T", "LISINOPRIL-10MG-T", True),
        ("CIPROFLOXACIN-500MG-T", "FERROUSSULFATE-325MG-T", False),
        ("SUMATRIPTAN-50MG-T", "SERTRALINE-50MG-T", False),
    ],
)
def test_an_interaction_is_found_from_both_sides(sku, other, is_stop, tables):
    somebody = patient(born="1960-01-01", sex="male")

    found = [one for one in against(sku, somebody, other) if one[1] == "interaction"]

    assert [one[0] for one in found] == [is_stop]


def test_an_interaction_names_its_source(tables):
    wanted, somebody = item("IBUPROFEN-400MG-T"), patient(born="1960-01-01", sex="male")
    taken = Taken(item("WARFARIN-3MG-T"), "warfarin")

    [found] = stops(cautions(wanted, [taken], safety.circumstances(somebody, [wanted])))

    assert "FDA label of warfarin" in found.source
    assert found.advice.startswith("Use paracetamol")


def test_drugs_that_get_on_are_left_alone(tables):
    somebody = patient(born="1960-01-01", sex="male")

    assert against("AMOXICILLIN-500MG-C", somebody, "AMLODIPINE-5MG-T", "METFORMIN-500MG-T") == []


@pytest.mark.parametrize(
    ("sku", "years", "kind"),
    [
        ("DOXYCYCLINE-100MG-C", 7, "age"),
        ("TRAMADOL-50MG-C", 11, "age"),
        ("ACETYLSALICYLI-325MG-T", 15, "age"),
        ("METOCLOPRAMIDE-10MG-T", 17, "age"),
    ],
)
def test_a_child_is_told_by_its_age(sku, years, kind, tables):
    now = today()
    born = now.replace(year=now.year - years, day=min(now.day, 28))
    older = born.replace(year=born.year - 15)

    young = against(sku, patient(birth_date=born, sex="male"))
    grown = against(sku, patient("Older, Brother", birth_date=older, sex="male"))

    assert [one[1] for one in young if one[0]] == [kind]
    assert [one for one in grown if one[0]] == []


def test_an_unknown_age_says_nothing_of_age(tables):
    assert against("DOXYCYCLINE-100MG-C", patient(sex="male")) == []


def test_pregnancy_stops_and_is_asked_about_where_it_is_not_known(tables):
    grace = patient(**GRACE)
    asked = against("LISINOPRIL-10MG-T", grace)
    Problem.objects.create(
        patient=grace,
        title="Supervision of normal pregnancy",
        code="Z34.90",
        code_system="ICD-10-CM",
    )

    known = against("LISINOPRIL-10MG-T", grace)

    assert [one[:2] for one in asked] == [(False, "pregnancy")]
    assert known == [(True, "pregnancy", "Stop: lisinopril in pregnancy")]


def test_a_history_of_pregnancy_is_no_pregnancy(tables):
    grace = patient(**GRACE)
    Problem.objects.create(
        patient=grace,
        title="Personal history of other complications of pregnancy",
        code="Z87.59",
        code_system="ICD-10-CM",
    )

    assert [one[0] for one in against("LISINOPRIL-10MG-T", grace)] == [False]


@pytest.mark.parametrize("who", [{"sex": "male", "born": "1988-03-02"}, {"sex": "female", "born": "1950-03-02"}])  # fmt: skip
def test_who_cannot_be_pregnant_is_not_asked(who, tables):
    assert against("LISINOPRIL-10MG-T", patient(**who)) == []


def test_what_has_run_out_is_not_being_taken(tables):
    grace = patient(**GRACE)
    visit = Visit.objects.create(patient=grace, opened_at=timezone.now())
    for days_ago, sku in ((40, "AMLODIPINE-5MG-T"), (10, "WARFARIN-3MG-T")):
        given(grace, sku, written_at=timezone.now() - timedelta(days=days_ago))

    assert [taken.item.sku for _, taken in others_of(visit)] == ["WARFARIN-3MG-T"]


def given(somebody, sku, written_at):
    """Thirty days of it."""
    known = item(sku)
    written = Prescription.objects.create(
        patient=somebody, state="draft", written_at=written_at, signed_at=written_at
    )
    PrescriptionItem.objects.create(
        prescription=written, patient=somebody, item=known, drug=known.name,
        duration_days=30, quantity=Decimal(30),
    )  # fmt: skip
    Prescription.objects.filter(pk=written.pk).update(state="signed")


def test_looking_out_asks_the_same_for_one_drug_and_for_twenty(tables, django_assert_num_queries):
    grace, drugs = patient(**GRACE), list(Item.objects.filter(kind="drug")[:20])

    with django_assert_num_queries(6):
        safety.circumstances(grace, drugs[:1])
    with django_assert_num_queries(6):
        safety.circumstances(grace, drugs)
