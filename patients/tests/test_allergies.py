"""Allergies in their three states: none known, recorded, not asked."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from core.accounts.roles import Role
from core.errors import NotAllowed, Stale
from core.outbox.models import OutboxRow
from inventory.models import Item
from patients.domain import allergies
from patients.models import Allergy, AllergyGroup, Patient
from patients.queries.allergies import standing, substances
from patients.tests.people import patient


@pytest.fixture
def nurse(person):
    return person(Role.NURSE, given_name="Ben", family_name="Okafor")


@pytest.fixture
def grace(db) -> Patient:
    return patient("Okoro, Grace")


@pytest.fixture
def ward(client, nurse):
    client.force_login(nurse)
    return client


def status(one: Patient) -> str:
    return Patient.objects.get(pk=one.pk).allergy_status


def test_from_not_asked_to_none_known_with_who_asked_and_when(grace, nurse):
    assert status(grace) == "not_asked"

    allergies.none_known(grace.pk, by=nurse)

    grace.refresh_from_db()
    assert (grace.allergy_status, grace.allergies_asked_by) == ("none_known", nurse)
    assert grace.allergies_asked_at is not None


def test_a_recorded_allergy_stands_against_none_known_and_not_asked(grace, nurse):
    allergies.add(grace.pk, substance="Penicillin", reaction="rash", by=nurse)
    assert status(grace) == "recorded"

    for say in (allergies.none_known, allergies.not_asked):
        with pytest.raises(allergies.SomeAreRecorded):
            say(grace.pk, by=nurse)

    assert status(grace) == "recorded"


def test_the_group_is_found_by_a_members_name(grace, nurse):
    group = AllergyGroup.objects.create(name="Penicillins", members=["amoxicillin", "penicillin"])

    made = allergies.add(grace.pk, substance="  Amoxicillin ", criticality="high", by=nurse)

    assert (made.substance, made.group, made.criticality) == ("Amoxicillin", group, "high")


def test_what_belongs_to_no_group_is_recorded_as_it_is_said(grace, nurse):
    made = allergies.add(grace.pk, substance="Beeswax  from the market", by=nurse)

    assert (made.substance, made.group) == ("Beeswax from the market", None)


def test_a_substance_stands_on_the_list_once(grace, nurse):
    allergies.add(grace.pk, substance="Latex", by=nurse)

    with pytest.raises(allergies.AlreadyRecorded, match="latex is on the list already"):
        allergies.add(grace.pk, substance="latex", by=nurse)

    assert standing(grace.pk).count() == 1


def test_with_the_last_one_withdrawn_nobody_has_asked(grace, nurse):
    first = allergies.add(grace.pk, substance="Latex", by=nurse)
    second = allergies.add(grace.pk, substance="Egg", by=nurse)

    allergies.withdraw(first.pk, reason="another patient's", by=nurse)
    assert status(grace) == "recorded"
    allergies.withdraw(second.pk, reason="another patient's", by=nurse)

    assert (status(grace), list(standing(grace.pk))) == ("not_asked", [])
    second.refresh_from_db()
    assert (second.verification, second.active) == ("entered-in-error", False)
    reasons = OutboxRow.objects.filter(entity_type="allergy").values_list("context", flat=True)
    assert [one.get("reason") for one in reasons if one.get("reason")] == ["another patient's"] * 2


def test_a_withdrawal_without_a_reason_or_of_an_older_list_is_refused(grace, nurse):
    one = allergies.add(grace.pk, substance="Latex", by=nurse)

    with pytest.raises(allergies.NoReason):
        allergies.withdraw(one.pk, reason="  ", by=nurse)
    Allergy.objects.filter(pk=one.pk).update(reaction="rash")
    with pytest.raises(Stale):
        allergies.withdraw(one.pk, reason="wrong", version=one.version, by=nurse)

    assert standing(grace.pk).count() == 1


def test_a_withdrawal_can_be_taken_back(grace, nurse):
    one = allergies.add(grace.pk, substance="Latex", by=nurse)
    allergies.withdraw(one.pk, reason="slip", by=nurse)

    allergies.restore(one.pk, by=nurse)

    assert (status(grace), [str(x) for x in standing(grace.pk)]) == ("recorded", ["Latex"])


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.LAB, Role.PHARMACIST, Role.CASHIER])
def test_only_those_who_care_change_the_list(grace, person, role):
    stranger = person(role)

    for act in (
        lambda: allergies.add(grace.pk, substance="Latex", by=stranger),
        lambda: allergies.none_known(grace.pk, by=stranger),
        lambda: allergies.not_asked(grace.pk, by=stranger),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert (status(grace), Allergy.objects.count()) == ("not_asked", 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_record_the_same_one_is_told(grace, nurse):
    def record(_):
        try:
            allergies.add(grace.pk, substance="Latex", by=nurse)
        except allergies.AlreadyRecorded:
            return "told"
        finally:
            connection.close()
        return "recorded"

    with ThreadPoolExecutor(max_workers=4) as together:
        answers = sorted(together.map(record, range(4)))

    assert answers == ["recorded", "told", "told", "told"]
    assert standing(grace.pk).count() == 1


def test_substances_are_groups_members_and_what_the_pharmacy_keeps(db):
    AllergyGroup.objects.create(name="Penicillins", members=["amoxicillin", "ampicillin"])
    Item.objects.create(sku="P", name="Paracetamol 500", generic_name="Paracetamol")

    assert [(one.name, one.note) for one in substances("amo")] == [("Amoxicillin", "Penicillins")]
    assert [one.name for one in substances("cillin")] == [
        "Amoxicillin",
        "Ampicillin",
        "Penicillins",
    ]
    assert [one.note for one in substances("parac")] == ["kept in the pharmacy"]
    assert substances("p") == []


def test_the_panel_adds_says_and_withdraws(ward, grace):
    panel = reverse("patients:allergies", args=[grace.pk])
    page = ward.post(panel, {"state": "none_known"}).content.decode()
    assert "by Ben Okafor" in page

    key = str(uuid4())
    sent = {"key": key, "substance": "Penicillin", "reaction": "rash", "criticality": "high"}
    for _ in range(2):
        answer = ward.post(panel, sent)
    assert (answer.status_code, standing(grace.pk).count()) == (200, 1)
    assert "Penicillin is on the list" in answer.headers["HX-Trigger"]
    assert f"live:patient:{grace.pk}" in answer.headers["HX-Trigger-After-Settle"]

    one = standing(grace.pk).get()
    leave = reverse("patients:allergy_withdraw", args=[grace.pk, one.pk])
    blank = ward.post(leave, {"key": str(uuid4()), "version": one.version, "reason": ""})
    assert (blank.status_code, standing(grace.pk).count()) == (422, 1)
    assert "Say why it is taken off the list." in blank.content.decode()
    ward.post(leave, {"key": str(uuid4()), "version": one.version, "reason": "slip"})
    assert standing(grace.pk).count() == 0


def test_a_blank_or_doubled_substance_is_refused_beside_the_field(ward, grace, nurse):
    panel = reverse("patients:allergies", args=[grace.pk])
    allergies.add(grace.pk, substance="Latex", by=nurse)

    blank = ward.post(panel, {"key": str(uuid4()), "substance": " ", "criticality": "low"})
    doubled = ward.post(panel, {"key": str(uuid4()), "substance": "LATEX", "criticality": "low"})

    assert (blank.status_code, doubled.status_code) == (422, 422)
    assert "Enter the medicine, food or material." in blank.content.decode()
    assert "LATEX is on the list already." in doubled.content.decode()
    assert 'value="LATEX"' in doubled.content.decode()


def test_a_pharmacist_reads_the_list_and_sees_no_form(client, person, grace, nurse):
    allergies.add(grace.pk, substance="Latex", by=nurse)
    client.force_login(person(Role.PHARMACIST))
    panel = reverse("patients:allergies", args=[grace.pk])

    page = client.get(panel).content.decode()

    assert "Latex" in page
    assert "allergy-add" not in page
    answer = client.post(panel, {"key": str(uuid4()), "substance": "Egg", "criticality": "low"})
    assert standing(grace.pk).count() == 1
    assert answer.status_code in (403, 422)


def test_an_allergy_of_another_patient_is_not_found(ward, grace, nurse):
    theirs = allergies.add(patient("Diallo, Ada").pk, substance="Latex", by=nurse)
    leave = reverse("patients:allergy_withdraw", args=[grace.pk, theirs.pk])

    assert ward.post(leave, {"key": str(uuid4()), "reason": "x", "version": 1}).status_code == 404


def test_allergies_of_the_past_are_told_from_none_and_from_unknown(ward, grace):
    """As they come with an import: somebody outgrew one, and nobody said that there is no other."""
    grace.allergies.create(substance="Egg protein", active=False)
    Patient.objects.filter(pk=grace.pk).update(allergy_status="recorded")

    banner = ward.get(reverse("patients:banner", args=[grace.pk])).content.decode()

    assert "Allergies in the past only" in banner
    assert "could not be read" not in banner
