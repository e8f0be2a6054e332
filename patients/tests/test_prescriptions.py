"""Prescriptions from the first typed line to signing, taking back and replacing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from core.accounts.roles import Role
from core.clock import today
from core.errors import NotAllowed
from core.outbox.models import OutboxRow
from inventory.models import DrugAlternative, InteractionRule, Item, Lot, StockLocation, StockMove
from patients.domain import favourites, prescriptions
from patients.domain.alternatives import offers
from patients.domain.formulary import formulary
from patients.domain.lines.line import render
from patients.domain.lines.reading import read
from patients.domain.prescriptions import line_of
from patients.models import Allergy, Prescription, PrescriptionItem, Visit
from patients.queries import medicines
from patients.queries.safety import circumstances
from patients.tests.people import patient

State = Prescription.State


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, given_name="Dr Amina", username="amina")


@pytest.fixture
def shelf(db):
    return stock()


def stock():
    """A few drugs, each with a lot of a hundred."""
    drugs = (
        ("AMOX", "Amoxicillin", "500 mg", "capsule", "capsule", "J01CA04"),
        ("AMLO", "amLODIPine", "5 mg", "tablet", "tablet", "C08CA01"),
        ("DOXY", "Doxycycline", "100 mg", "capsule", "capsule", "J01AA02"),
        ("IBU", "Ibuprofen", "400 mg", "tablet", "tablet", "M01AE01"),
        ("WARF", "Warfarin", "3 mg", "tablet", "tablet", "B01AA03"),
    )
    place = StockLocation.objects.create(name="Shelf")
    return {sku: put(place, sku, *rest) for sku, *rest in drugs}


def put(place, sku, name, strength, form, unit, atc):
    item = Item.objects.create(
        sku=sku, name=name, generic_name=name.capitalize(), strength=strength, form=form,
        unit=unit, route="oral", atc_code=atc, price=Decimal("0.10"),
    )  # fmt: skip
    lot = Lot.objects.create(
        item=item, lot_number="A", location=place, expires_on=today() + timedelta(days=200)
    )
    StockMove.objects.create(lot=lot, kind=StockMove.Kind.RECEIVE, quantity=100)
    return item


@pytest.fixture
def visit(db):
    return Visit.objects.create(patient=patient(born="1988-03-02"), opened_at=timezone.now())


def typed(text):
    reading = read(text, formulary())
    assert reading.is_complete, reading.questions
    return reading.line


def draft(visit, text, by, **more):
    return prescriptions.draft_line(visit.pk, typed(text), by=by, **more)


def lines(visit, state=None):
    found = PrescriptionItem.objects.filter(prescription__visit=visit).order_by("created_at", "id")
    return [one.drug for one in found if state in (None, one.prescription.state)]


def test_a_line_survives_as_a_draft(visit, shelf, amina):
    item = draft(visit, "amox 500 tds 5/7; with water", amina)

    fresh = PrescriptionItem.objects.select_related("item", "prescription").get(pk=item.pk)
    assert fresh.prescription.state == State.DRAFT
    assert (fresh.dose, fresh.unit, fresh.quantity, fresh.duration_days) == ("500", "mg", 15, 5)
    assert render(line_of(fresh)) == render(typed("amox 500 tds 5/7; with water"))


def test_two_lines_are_one_prescription(visit, shelf, amina):
    first, second = draft(visit, "amox 500 tds 5/7", amina), draft(visit, "amlo 5 od 30/7", amina)

    assert first.prescription_id == second.prescription_id


def test_each_prescriber_has_a_draft_of_their_own(visit, shelf, amina, person):
    kenji = person(Role.CLINICIAN, username="kenji")

    mine, theirs = draft(visit, "amox 500 tds 5/7", amina), draft(visit, "amlo 5 od 30/7", kenji)

    assert mine.prescription_id != theirs.prescription_id
    assert prescriptions.sign(visit.pk, by=amina).lines == [mine]


def test_signing_is_one_act(visit, shelf, amina):
    draft(visit, "amox 500 tds 5/7", amina)
    draft(visit, "amlo 5 od 30/7", amina)

    signed = prescriptions.sign(visit.pk, by=amina)

    [one] = signed.prescriptions
    assert Prescription.objects.get(pk=one.pk).state == State.SIGNED
    assert (one.prescriber, len(signed.lines), signed.held) == (amina, 2, [])
    rows = OutboxRow.objects.filter(entity_type="prescription", entity_id=str(one.pk))
    assert "sign" in rows.values_list("action", flat=True)


def test_nothing_to_sign(visit, shelf, amina):
    with pytest.raises(prescriptions.NothingToSign, match="no line"):
        prescriptions.sign(visit.pk, by=amina)


def test_a_nurse_prescribes_nothing(visit, shelf, person):
    with pytest.raises(NotAllowed):
        draft(visit, "amox 500 tds 5/7", person(Role.NURSE))


def test_nothing_is_ordered_after_the_visit(visit, shelf, amina):
    line = typed("amox 500 tds 5/7")
    Visit.objects.filter(pk=visit.pk).update(state="cancelled")

    with pytest.raises(prescriptions.VisitOver):
        prescriptions.draft_line(visit.pk, line, by=amina)


def test_half_a_line_is_refused(visit, shelf, amina):
    line = read("amox 500 tds", formulary()).line

    with pytest.raises(prescriptions.NotWhole):
        prescriptions.draft_line(visit.pk, line, by=amina)


def test_a_changed_line_keeps_its_place(visit, shelf, amina):
    item = draft(visit, "amox 500 tds 5/7", amina)

    prescriptions.change_line(item.pk, typed("amox 500 bd 7/7"), version=1, by=amina)

    fresh = PrescriptionItem.objects.get(pk=item.pk)
    assert (fresh.frequency, fresh.quantity) == ("twice a day", 14)


def test_who_changes_what_was_changed_meanwhile_is_told(visit, shelf, amina):
    item = draft(visit, "amox 500 tds 5/7", amina)
    prescriptions.change_line(item.pk, typed("amox 500 bd 7/7"), version=1, by=amina)

    with pytest.raises(prescriptions.LineMoved, match="another window"):
        prescriptions.change_line(item.pk, typed("amox 500 od 7/7"), version=1, by=amina)


def test_a_signed_line_is_not_changed_nor_removed(visit, shelf, amina):
    item = draft(visit, "amox 500 tds 5/7", amina)
    prescriptions.sign(visit.pk, by=amina)

    for act in (
        lambda: prescriptions.change_line(item.pk, typed("amlo 5 od 5/7"), version=1, by=amina),
        lambda: prescriptions.remove_line(item.pk, by=amina),
    ):
        with pytest.raises(prescriptions.LineMoved, match="signed meanwhile"):
            act()


def test_a_colleagues_draft_is_left_alone(visit, shelf, amina, person):
    item = draft(visit, "amox 500 tds 5/7", amina)

    with pytest.raises(prescriptions.LineMoved, match="colleague"):
        prescriptions.remove_line(item.pk, by=person(Role.CLINICIAN, username="kenji"))


def test_the_last_line_takes_the_draft_with_it(visit, shelf, amina):
    item = draft(visit, "amox 500 tds 5/7", amina)

    prescriptions.remove_line(item.pk, by=amina)

    assert Prescription.objects.count() == 0


def allergic(visit, **more):
    return Allergy.objects.create(
        patient=visit.patient, substance="Amoxicillin", reaction="anaphylaxis", **more
    )


def test_a_stopped_line_is_held_back_and_the_others_are_signed(visit, shelf, amina):
    allergic(visit)
    stopped, fine = draft(visit, "amox 500 tds 5/7", amina), draft(visit, "amlo 5 od 30/7", amina)

    signed = prescriptions.sign(visit.pk, by=amina)

    assert (signed.lines, signed.held) == ([fine], [stopped])
    assert lines(visit, State.SIGNED) == ["amLODIPine 5 mg tablet"]
    assert lines(visit, State.DRAFT) == ["Amoxicillin 500 mg capsule"]


def test_a_stopped_line_alone_is_refused_with_its_name(visit, shelf, amina):
    allergic(visit)
    draft(visit, "amox 500 tds 5/7", amina)

    with pytest.raises(prescriptions.NothingToSign, match="Amoxicillin 500 mg capsule is stopped"):
        prescriptions.sign(visit.pk, by=amina)


def test_a_reason_settles_a_stop_and_is_in_the_audit(visit, shelf, amina):
    allergic(visit)
    item = draft(visit, "amox 500 tds 5/7", amina)

    prescriptions.override(item.pk, "Took it before", by=amina)
    prescriptions.sign(visit.pk, by=amina)

    fresh = PrescriptionItem.objects.get(pk=item.pk)
    assert (fresh.override_reason, fresh.prescription.state) == ("Took it before", State.SIGNED)
    told = OutboxRow.objects.filter(entity_id=str(item.pk)).values_list("changes", flat=True)
    assert any("Took it before" in str(changes) for changes in told)


def test_a_reason_settles_no_stop_that_came_later(visit, shelf, amina):
    allergic(visit)
    item = draft(visit, "ibuprofen 400 tds 5/7", amina, reason="He wants it")
    Allergy.objects.create(patient=visit.patient, substance="Ibuprofen")

    with pytest.raises(prescriptions.NothingToSign):
        prescriptions.sign(visit.pk, by=amina)
    assert PrescriptionItem.objects.get(pk=item.pk).override_reason == "He wants it"


def test_an_empty_reason_settles_nothing(visit, shelf, amina):
    allergic(visit)
    item = draft(visit, "amox 500 tds 5/7", amina)

    with pytest.raises(prescriptions.NotWhole):
        prescriptions.override(item.pk, "  ", by=amina)


def test_another_drug_needs_another_reason(visit, shelf, amina):
    allergic(visit)
    item = draft(visit, "amox 500 tds 5/7", amina, reason="Took it before")

    prescriptions.change_line(item.pk, typed("ibuprofen 400 tds 5/7"), version=1, by=amina)

    assert PrescriptionItem.objects.get(pk=item.pk).override_reason == ""


def test_of_the_same_drug_twice_the_later_line_is_stopped(visit, shelf, amina):
    first, second = draft(visit, "amox 500 tds 5/7", amina), draft(visit, "amox 500 bd 7/7", amina)

    signed = prescriptions.sign(visit.pk, by=amina)

    assert (signed.lines, signed.held) == ([first], [second])


def test_undoing_makes_drafts_again(visit, shelf, amina):
    draft(visit, "amox 500 tds 5/7", amina)
    [old] = prescriptions.sign(visit.pk, by=amina).prescriptions

    prescriptions.unsign(old.pk, by=amina)

    assert Prescription.objects.get(pk=old.pk).state == State.CANCELLED
    assert lines(visit, State.DRAFT) == ["Amoxicillin 500 mg capsule"]


def test_what_was_handed_out_is_not_taken_back(visit, shelf, amina):
    item = draft(visit, "amox 500 tds 5/7", amina)
    [old] = prescriptions.sign(visit.pk, by=amina).prescriptions
    PrescriptionItem.objects.filter(pk=item.pk).update(dispensed_quantity=5)

    for act in (prescriptions.cancel, prescriptions.unsign, prescriptions.replace):
        with pytest.raises(prescriptions.GivenOut):
            act(old.pk, by=amina)


def test_cancelling_twice_is_cancelling_once(visit, shelf, amina):
    draft(visit, "amox 500 tds 5/7", amina)
    [old] = prescriptions.sign(visit.pk, by=amina).prescriptions

    prescriptions.cancel(old.pk, by=amina)

    assert prescriptions.cancel(old.pk, by=amina).state == State.CANCELLED


def test_the_old_prescription_stays_until_the_new_one_is_signed(visit, shelf, amina):
    draft(visit, "amox 500 tds 5/7", amina)
    [old] = prescriptions.sign(visit.pk, by=amina).prescriptions

    new = prescriptions.replace(old.pk, by=amina)
    assert prescriptions.replace(old.pk, by=amina) == new
    before = Prescription.objects.get(pk=old.pk).state
    prescriptions.sign(visit.pk, by=amina)

    assert (before, Prescription.objects.get(pk=old.pk).state) == (State.SIGNED, State.CANCELLED)
    assert Prescription.objects.get(pk=new.pk).replaces_id == old.pk


def test_the_last_prescription_is_repeated_whole_or_by_the_line(visit, shelf, amina):
    draft(visit, "amox 500 tds 5/7", amina)
    draft(visit, "amlo 5 od 30/7", amina)
    prescriptions.sign(visit.pk, by=amina)
    Visit.objects.filter(pk=visit.pk).update(state="cancelled")
    later = Visit.objects.create(patient=visit.patient, opened_at=timezone.now())
    last = medicines.last_prescribed(visit.patient_id, before=later.pk)

    prescriptions.repeat_last(later.pk, line_id=last[1].pk, by=amina)
    one = lines(later)
    prescriptions.repeat_last(later.pk, by=amina)

    assert one == ["amLODIPine 5 mg tablet"]
    assert sorted(lines(later)) == ["Amoxicillin 500 mg capsule", *["amLODIPine 5 mg tablet"] * 2]


def test_nothing_before_is_said(visit, shelf, amina):
    with pytest.raises(prescriptions.NotWhole, match="Nothing was prescribed before"):
        prescriptions.repeat_last(visit.pk, by=amina)


def test_a_favourite_is_kept_and_given_up(shelf, amina):
    line = typed("amox 500 tds 5/7")

    kept = favourites.star(line, by=amina), favourites.texts(amina)

    assert kept == (True, [render(line)])
    assert read(kept[1][0], formulary()).line == line
    assert favourites.star(line, by=amina) is False
    assert favourites.texts(amina) == []


def test_expired_lots_are_not_on_hand(shelf):
    item = shelf["AMOX"]
    old = Lot.objects.create(
        item=item, lot_number="B", expires_on=today(), location=StockLocation.objects.get()
    )
    StockMove.objects.create(lot=old, kind=StockMove.Kind.RECEIVE, quantity=900)

    assert medicines.shelves([item.pk])[item.pk].on_hand == 100


def test_stock_of_any_number_is_one_question(shelf, django_assert_num_queries):
    with django_assert_num_queries(1):
        medicines.shelves([item.pk for item in shelf.values()])


def test_the_formulary_is_built_again_when_a_name_has_changed(shelf):
    Item.objects.filter(sku="AMOX").update(name="Amoxi")

    assert "Amoxi" in {one.name for one in formulary().products}


@pytest.mark.django_db(transaction=True)
def test_two_prescribers_at_once_lose_no_line(person):
    stock()
    visit = Visit.objects.create(patient=patient(), opened_at=timezone.now())
    people = [person(Role.CLINICIAN, username=f"doctor-{n}") for n in range(2)]
    line = typed("amlo 5 od 30/7")

    def work(n):
        prescriptions.draft_line(visit.pk, line, by=people[n % 2])
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))

    assert len(lines(visit)) == 16
    assert Prescription.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_signing_and_adding_at_once_lose_no_line(person):
    stock()
    amina = person(Role.CLINICIAN)
    visit = Visit.objects.create(patient=patient(), opened_at=timezone.now())
    draft(visit, "amox 500 tds 5/7", amina)
    line = typed("amlo 5 od 30/7")

    def add(_):
        prescriptions.draft_line(visit.pk, line, by=amina)
        connection.close()

    def sign(_):
        try:
            prescriptions.sign(visit.pk, by=amina)
        except prescriptions.NothingToSign:
            return
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(add if n % 2 else sign, n) for n in range(10)]
        for job in jobs:
            job.result()

    assert len(lines(visit)) == 6


def test_an_alternative_is_offered_only_from_the_shelf_and_only_if_it_is_safe(visit, shelf):
    for rank, line in enumerate(("doxycycline 100 mg bd 5/7", "ibuprofen 400 mg tds 3/7")):
        DrugAlternative.objects.create(
            code=line, instead_of="J01C", line=line, rank=rank, source="test"
        )
    found = offers(circumstances(visit.patient, []), [shelf["AMOX"]], [])[shelf["AMOX"].pk]
    Allergy.objects.create(patient=visit.patient, substance="Doxycycline")
    safe = offers(circumstances(visit.patient, []), [shelf["AMOX"]], [])[shelf["AMOX"].pk]

    assert [one.line.product.generic for one in found] == ["Doxycycline", "Ibuprofen"]
    assert [one.line.product.generic for one in safe] == ["Ibuprofen"]
    assert found[0].on_hand == 100


def test_an_interaction_on_the_same_prescription_stops_the_later(visit, shelf, amina):
    InteractionRule.objects.create(
        code="w-n",
        first="warfarin",
        second="M01A",
        severity="serious",
        effect="Bleeding.",
        source="x",
    )
    first = draft(visit, "warfarin 3 od 7/7", amina)
    second = draft(visit, "ibuprofen 400 tds 5/7", amina)

    signed = prescriptions.sign(visit.pk, by=amina)

    assert (signed.lines, signed.held) == ([first], [second])
