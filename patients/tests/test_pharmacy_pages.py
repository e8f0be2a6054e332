"""The pharmacy's pages: the line-up, the sheet, what the main button does, and what it refuses."""

import re
import subprocess
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from core.shell.words import clinic_date
from inventory.models import DrugCaution, Lot, StockMove
from patients.domain import visits
from patients.domain.dispensing import dispense
from patients.domain.giving import Give, NotGiven
from patients.models import Allergy, Dispense, Patient, Prescription, Room, Ticket
from patients.queries import dispensing as queries
from patients.tests.medicines import item, lot, prescription
from patients.tests.people import patient

D = Decimal


@pytest.fixture
def lena(person):
    return person(Role.PHARMACIST, given_name="Lena", family_name="Schäfer")


@pytest.fixture
def desk(client, lena):
    """Lena's browser."""
    client.force_login(lena)
    return client


@pytest.fixture
def amox(db):
    return item()


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST)


def here(joy, *ordered, name="Okoro, Grace", **fields) -> Prescription:
    """Somebody who waits at the pharmacy for these."""
    ticket = visits.start(patient(name).pk, service=Room.Kind.PHARMACY, by=joy)
    return prescription(*ordered, visit=ticket.visit, **fields)


def url(of: Prescription, what: str = "dispense") -> str:
    return reverse(f"patients:{what}", args=[of.pk])


def shown(desk, of: Prescription) -> str:
    return desk.get(url(of)).content.decode()


def fields(page: str) -> dict[str, str]:
    """What the sheet's form would send."""
    form = page[page.index('id="dispense"') :]
    form = form[: form.index("</form>")]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r' name="([^"]*)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name:
            found[name[1]] = value[1] if value else ""
    return found


def send(desk, of: Prescription, typed: dict[str, str]):
    return desk.post(url(of), typed)


def press(desk, of: Prescription, way: str, typed: dict[str, str]) -> str:
    return desk.post(url(of, "dispense_sheet"), {**typed, "way": way}).content.decode()


def main_act(page: str) -> str:
    return re.search(r"<button[^>]*data-main[^>]*>([^<]*)<kbd", page)[1].strip()


def line(of: Prescription, number: int = 0):
    return queries.lines_of(of.pk)[number]


def test_the_line_up_shows_whoever_waits_longest_first(desk, joy, amox):
    late = here(joy, (amox, 1), name="Kamau, Daniel")
    soon = here(joy, (amox, 1), (amox, 2))
    earlier = Ticket.objects.get(visit=soon.visit_id).queued_at - timedelta(minutes=20)
    Ticket.objects.filter(visit=soon.visit_id).update(queued_at=earlier)

    page = desk.get(reverse("patients:pharmacy")).content.decode()

    assert re.findall(r'id="turn-([^"]*)"', page) == [str(soon.pk), str(late.pk)]
    assert "20\u00a0min" in page
    assert "2 items" in page


def test_the_tabs_hold_what_is_owed_and_what_is_done(desk, joy, amox, lena):
    lot(amox, 100)
    partly, done = here(joy, (amox, 10)), here(joy, (amox, 10), name="Kamau, Daniel")
    dispense(partly.pk, [Give(line(partly).pk, D(4))], by=lena)
    dispense(done.pk, [Give(line(done).pk, D(10))], by=lena)

    def listed(tab: str) -> list[str]:
        page = desk.get(reverse("patients:pharmacy"), {"tab": tab}).content.decode()
        return re.findall(r'id="turn-([^"]*)"', page)

    assert [listed("due"), listed("owed"), listed("done")] == [
        [],
        [str(partly.pk)],
        [str(done.pk)],
    ]


@pytest.mark.parametrize("by", ["name", "mrn", "ticket", "code"])
def test_a_prescription_is_found_by_what_is_at_hand(desk, joy, amox, by):
    wanted, _ = here(joy, (amox, 1)), here(joy, (amox, 1), name="Kamau, Daniel")
    ticket = Ticket.objects.get(visit=wanted.visit_id)
    typed = {
        "name": "okoro",
        "mrn": str(wanted.patient.mrn),
        "ticket": ticket.label.lower(),
        "code": f"https://clinic.example/pharmacy/{wanted.pk}/",
    }

    page = desk.get(reverse("patients:pharmacy"), {"q": typed[by]}).content.decode()

    assert re.findall(r'id="turn-([^"]*)"', page) == [str(wanted.pk)]


def test_the_sheet_fills_in_what_expires_first_and_sends_it(desk, joy, amox):
    late, soon = lot(amox, 400, number="L", days=200), lot(amox, 84, number="S", days=30)
    lot(amox, 40, number="GONE", days=-1)
    ordered = here(joy, (amox, 120))
    page = shown(desk, ordered)
    typed = fields(page)

    assert (typed[f"give-{line(ordered).pk}-{soon.pk}"], main_act(page)) == (
        "84",
        "Dispense 1 item",
    )
    assert "cannot be given" in page
    answer = send(desk, ordered, typed)

    assert answer.status_code == 302
    assert [one.quantity for one in Lot.objects.order_by("expires_on")] == [40, 0, 364]
    assert late.lot_number == "L"
    done = desk.get(answer["Location"]).content.decode()
    assert "Amoxicillin 500 mg: 364 left" in done
    assert Ticket.objects.get(visit=ordered.visit_id).service == "cash_desk"


def test_what_is_said_of_a_patient_is_in_no_cookie(desk, joy, amox):
    lot(amox, 84)
    ordered = here(joy, (amox, 21))

    answer = send(desk, ordered, fields(shown(desk, ordered)))

    said = desk.get(answer["Location"]).content.decode()
    assert "OKORO, Grace: " in said
    assert set(desk.cookies) <= {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


def test_what_runs_low_is_said_after_the_act(desk, joy):
    amox = item(reorder_level=200)
    lot(amox, 61)
    ordered = here(joy, (amox, 21))

    answer = send(desk, ordered, fields(shown(desk, ordered)))

    done = desk.get(answer["Location"]).content.decode()
    assert "Amoxicillin 500 mg: 40 left, below the reorder level of 200" in done


def test_the_same_form_sent_twice_hands_out_once(desk, joy, amox):
    lot(amox, 100)
    ordered = here(joy, (amox, 10))
    typed = fields(shown(desk, ordered))

    first, second = send(desk, ordered, typed), send(desk, ordered, typed)

    assert first["Location"] == second["Location"]
    assert [one.quantity for one in Lot.objects.all()] == [90]


def test_a_refusal_stands_in_its_line_with_ways_out_and_keeps_what_was_typed(
    desk, joy, amox, person
):
    para = item("PARA500", name="Paracetamol", atc_code="N02BE01")
    shelf, plenty = lot(amox, 10), lot(para, 100)
    ordered = here(joy, (amox, 10), (para, 15))
    typed = fields(shown(desk, ordered))
    typed[f"give-{line(ordered, 1).pk}-{plenty.pk}"] = "14"
    ben = person(Role.PHARMACIST, given_name="Ben", family_name="Okafor")
    other = prescription((amox, 8), of=patient("Kamau, Daniel"))
    dispense(other.pk, [Give(line(other).pk, D(8))], by=ben)

    answer = send(desk, ordered, typed)
    page = answer.content.decode()

    at = f"{StockMove.objects.get(kind='dispense').created_at.astimezone():%H:%M}"
    assert answer.status_code == 409
    assert f"2 left; Ben Okafor took 8 at {at}." in page
    assert "Nothing was taken for this line; your other lines are kept." in page
    assert ("Give 2, owe 8" in page, "Not given…" in page) == (True, True)
    assert main_act(page) == "Dispense 1 item"
    assert fields(page)[f"give-{line(ordered, 1).pk}-{plenty.pk}"] == "14"
    assert (shelf.quantity, Dispense.objects.filter(patient=ordered.patient_id).count()) == (10, 0)


def test_give_what_there_is_and_owe_the_rest(desk, joy, amox):
    shelf = lot(amox, 2)
    ordered = here(joy, (amox, 10))
    page = shown(desk, ordered)
    assert ("2 left." in page, "aria-disabled" in page) == (True, True)

    page = press(desk, ordered, f"some:{line(ordered).pk}", fields(page))
    assert (main_act(page), "8 will be owed" in page) == ("Dispense 1 item", True)
    send(desk, ordered, fields(page))

    shelf.refresh_from_db()
    assert (shelf.quantity, queries.remaining(line(ordered))) == (0, 8)
    again = here_again(desk, ordered)
    assert "Something is still owed" in again


def here_again(desk, owed: Prescription) -> str:
    """The next prescription of the same patient."""
    return shown(desk, prescription((item("NEW"), 1), of=owed.patient))


def test_not_given_waits_for_its_reason(desk, joy, amox):
    lot(amox, 100)
    ordered = here(joy, (amox, 10))
    way = f"not:{line(ordered).pk}"

    page = press(desk, ordered, way, fields(shown(desk, ordered)))
    assert "aria-disabled" in page
    typed = {**fields(page), f"why-{line(ordered).pk}": "Has some at home"}
    page = press(desk, ordered, "", typed)
    assert main_act(page) == "Save 1 not given"
    send(desk, ordered, fields(page))

    assert Dispense.objects.get().reason == "Has some at home"
    assert Lot.objects.get().quantity == 100


def test_a_substitute_of_another_strength_is_counted_anew(desk, joy, amox):
    small = item("AMOX250", strength="250 mg", price="0.08")
    lot(small, 100)
    ordered = here(joy, (amox, 21))
    one = line(ordered).pk

    page = press(desk, ordered, f"sub:{one}", fields(shown(desk, ordered)))
    assert "100 on hand" in page
    page = press(desk, ordered, f"take:{one}:{small.pk}", fields(page))
    typed = {**fields(page), f"why-{one}": "500 mg is out of stock"}
    page = press(desk, ordered, "", typed)
    assert "Take 2 capsules three times a day for 7\u00a0days" in page
    send(desk, ordered, fields(page))

    done = Dispense.objects.get()
    assert (done.item, done.quantity, done.covers) == (small, 42, 21)
    assert Prescription.objects.get().state == "dispensed"


def test_two_lines_of_the_same_medicine_share_the_lot(desk, joy, amox):
    lot(amox, 15)
    ordered = here(joy, (amox, 10), (amox, 10))

    page = shown(desk, ordered)

    assert (main_act(page), "5 left" in page) == ("Dispense 1 item", True)


def test_the_second_pharmacist_sees_who_did_it_and_what_is_left(desk, joy, amox, person):
    lot(amox, 100)
    ordered = here(joy, (amox, 10), (amox, 5))
    typed = fields(shown(desk, ordered))
    ben = person(Role.PHARMACIST, given_name="Ben", family_name="Okafor")
    dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=ben)

    answer = send(desk, ordered, typed)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "Ben Okafor dispensed this prescription at" in page
    assert main_act(page) == "Dispense 1 item"
    assert Dispense.objects.count() == 1


def test_an_open_sheet_follows_what_others_take(desk, joy, amox, lena):
    lot(amox, 10)
    ordered = here(joy, (amox, 10))
    typed = fields(shown(desk, ordered))
    other = prescription((amox, 8), of=patient("Kamau, Daniel"))
    dispense(other.pk, [Give(line(other).pk, D(8))], by=lena)

    page = press(desk, ordered, "", typed)

    assert "2 left; Lena Schäfer took 8" in page
    assert "was 10" in page


def test_undo_puts_it_back(desk, joy, amox):
    lot(amox, 100)
    ordered = here(joy, (amox, 10), (amox, 5))
    answer = send(desk, ordered, fields(shown(desk, ordered)))
    assert 'data-key="u"' in desk.get(answer["Location"]).content.decode()

    desk.post(reverse("patients:dispense_undo", args=[Dispense.objects.first().pk]))

    assert Lot.objects.get().quantity == 100
    assert Prescription.objects.get().state == "signed"


def test_the_prescribers_reason_for_a_warning_is_shown_again(desk, joy, amox, person):
    amina = person(Role.CLINICIAN, given_name="Amina", family_name="Diallo")
    ordered = here(joy, (amox, 10), by=amina, override_reason="Tolerated it in 2024")

    page = shown(desk, ordered)

    assert "Prescribed in spite of a warning:</b> Tolerated it in 2024" in page
    assert "(Amina Diallo)" in page


def test_who_only_reads_finds_nothing_to_press(client, joy, amox, person):
    lot(amox, 100)
    ordered = here(joy, (amox, 10))
    client.force_login(person(Role.CLINICIAN))

    page = shown(client, ordered)
    answer = send(client, ordered, fields(page))

    assert 'id="sheet"' in page
    assert ("data-main" in page, "Not given…" in page) == (False, False)
    assert (answer.status_code, Dispense.objects.count()) == (403, 0)


@pytest.mark.parametrize("wrong", ["x", "-3", "1e9", "2.555", "NaN"])
def test_what_is_no_quantity_is_said_and_nothing_happens(desk, joy, amox, wrong):
    shelf = lot(amox, 100)
    ordered = here(joy, (amox, 10))
    typed = fields(shown(desk, ordered)) | {f"give-{line(ordered).pk}-{shelf.pk}": wrong}

    page = press(desk, ordered, "", typed)
    send(desk, ordered, typed)

    assert "A quantity is a number, such as 21." in page
    assert Dispense.objects.count() == 0


@pytest.mark.parametrize("broken", [{}, {"key": "no"}, {"revision": "x"}, {"counts": "a b"}])
def test_a_form_that_is_not_whole_changes_nothing(desk, joy, amox, broken):
    lot(amox, 100)
    ordered = here(joy, (amox, 10))
    typed = fields(shown(desk, ordered))
    sent = {**typed, **broken} if broken else {}

    answer = send(desk, ordered, sent)

    assert (answer.status_code, Dispense.objects.count()) == (409, 0)


def test_a_draft_comes_back(desk, joy, amox):
    shelf = lot(amox, 100)
    ordered = here(joy, (amox, 10))
    typed = fields(shown(desk, ordered)) | {f"give-{line(ordered).pk}-{shelf.pk}": "7"}
    desk.post(reverse("editing:draft_of", args=["dispense", ordered.pk]), typed)

    page = shown(desk, ordered)

    assert fields(page)[f"give-{line(ordered).pk}-{shelf.pk}"] == "7"


def test_an_unknown_prescription_is_not_found(desk):
    assert desk.get(reverse("patients:dispense", args=[uuid4()])).status_code == 404


@pytest.mark.parametrize("name", ["pharmacy", "dispense"])
def test_pages_ask_as_much_for_one_row_as_for_fifty(desk, joy, name):
    shelf = item("FIRST")
    lot(shelf, 1000)
    one = here(joy, (shelf, 1))
    address = url(one) if name == "dispense" else reverse("patients:pharmacy")
    desk.get(address)
    few = len(asked(desk, address))

    for n in range(49):
        here(joy, (shelf, 1), name=f"Kamau, D{n}")

    assert len(asked(desk, address)) == few


def asked(desk, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        desk.get(address)
    return [one["sql"] for one in seen]


def test_the_sheet_asks_as_much_for_one_line_as_for_twenty(desk, joy):
    items = [item(f"I{n}") for n in range(20)]
    for one in items:
        lot(one, 1000)
    short, long = here(joy, (items[0], 1)), here(joy, *((one, 1) for one in items), name="B, C")
    desk.get(url(short))

    assert len(asked(desk, url(long))) == len(asked(desk, url(short)))


def labels_of(desk, of: Prescription, **query) -> list[str]:
    """The text of each label."""
    printed = desk.get(url(of, "labels"), query).content
    reading = ["pdftotext", "-layout", "-", "-"]
    text = subprocess.run(reading, input=printed, capture_output=True, check=True).stdout.decode()
    return [" ".join(page.split()) for page in text.split("\f")[:-1]]


@pytest.mark.parametrize("size", ["sticker", "label"])
def test_each_medicine_that_was_given_has_one_label_that_says_how_to_take_it(desk, joy, amox, size):
    para = item("PARA", name="Paracetamol", form="tablet", unit="tablet", atc_code="N02BE01")
    first, second = lot(amox, 4, number="MF1", days=30), lot(amox, 100, number="MF2")
    lot(para, 100, number="P1")
    ordered = here(joy, (amox, 10), (para, 15), instruction="Finish the whole course.")
    send(desk, ordered, fields(shown(desk, ordered)))

    [one, two] = labels_of(desk, ordered, size=size)

    day = clinic_date(first.expires_on)
    assert "Amoxicillin 500 mg capsule 10 capsules" in one.replace("\u00a0", " ")
    assert "Take 1 capsule three times a day for 7 days" in one.replace("\u00a0", " ")
    assert "Finish the whole course." in one
    assert f"Lots MF1, MF2. Use by {day}" in one
    assert ("OKORO, Grace" in one, "Keep out of the reach of children." in one) == (True, True)
    assert "Paracetamol 500 mg tablet 15 tablets" in two.replace("\u00a0", " ")
    assert second.lot_number == "MF2"
    facts = OutboxRow.objects.filter(action="print", entity_id=str(ordered.pk))
    assert facts.get().changes["paper"] == "patients/labels"


@pytest.mark.parametrize("sex", ["female", "male"])
def test_a_label_says_who_must_not_take_it_as_far_as_the_table_knows(desk, joy, amox, sex):
    rules = (
        ("c1", "J01CA04", "younger", 12, "contraindicated"),
        ("c2", "amoxicillin", "younger", 8, "serious"),
        ("c3", "J01", "younger", 18, "moderate"),
        ("c4", "J01CA04", "pregnant", None, "serious"),
        ("c5", "J01FA", "younger", 16, "serious"),
    )
    for code, drug, about, age_years, severity in rules:
        DrugCaution.objects.create(
            code=code, drug=drug, about=about, age_years=age_years, severity=severity
        )
    lot(amox, 100)
    ordered = here(joy, (amox, 10))
    Patient.objects.filter(pk=ordered.patient_id).update(sex=sex)
    send(desk, ordered, fields(shown(desk, ordered)))

    [label] = labels_of(desk, ordered)

    assert "Not for children under 12 years." in label
    assert ("Not in pregnancy." in label) == (sex == "female")
    assert label.count("Not ") == (2 if sex == "female" else 1)


def test_a_long_label_stays_on_its_page(desk, joy):
    long = item("LONG", name="Sulfamethoxazole and trimethoprim and something else", strength="1 g")
    lot(long, 100, number="L" * 40)
    words = "With a full glass of water, and not together with milk or antacids. " * 3
    ordered = here(
        joy, (long, 10), name="Featherstonehaugh-Cholmondeley, Marguerite", instruction=words
    )
    send(desk, ordered, fields(shown(desk, ordered)))

    assert [len(labels_of(desk, ordered, size=size)) for size in ("sticker", "label")] == [1, 1]


def returning(desk, done: Dispense, **typed):
    usual = {"key": str(uuid4()), "quantity": "4", "reason": "Rash", "destination": "destroy"}
    return desk.post(reverse("patients:give_back", args=[done.pk]), {**usual, **typed})


def test_a_medicine_comes_back_to_be_destroyed_or_to_the_shelf(desk, joy, amox, lena):
    shelf = lot(amox, 100)
    ordered = here(joy, (amox, 10))
    [done] = dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=lena)
    assert "Take back" in shown(desk, ordered)

    assert returning(desk, done).status_code == 302
    shelf.refresh_from_db()
    assert shelf.quantity == 90
    returning(desk, done, quantity="3", destination="shelf", due_again="on")

    shelf.refresh_from_db()
    assert (shelf.quantity, queries.remaining(line(ordered))) == (93, 3)
    assert "7 came back" in shown(desk, ordered)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"quantity": "11"}, "Only 10 can come back."),
        ({"quantity": ""}, "Say how much comes back."),
        ({"reason": " "}, "Say why it comes back."),
        ({"key": ""}, "The form was not whole"),
    ],
)
def test_a_return_that_cannot_be_is_said_and_changes_nothing(desk, joy, amox, lena, typed, said):
    shelf = lot(amox, 100)
    ordered = here(joy, (amox, 10))
    [done] = dispense(ordered.pk, [Give(line(ordered).pk, D(10))], by=lena)

    answer = returning(desk, done, **typed)

    shelf.refresh_from_db()
    assert (answer.status_code, shelf.quantity) == (422, 90)
    assert said in answer.content.decode()


def test_the_record_tells_what_the_pharmacy_did(client, joy, amox, lena, person):
    lot(amox, 100)
    ordered = here(joy, (amox, 10), (amox, 5))
    first, second = queries.lines_of(ordered.pk)
    decided = [Give(first.pk, D(10)), NotGiven(second.pk, "Has some at home")]
    dispense(ordered.pk, decided, by=lena)
    client.force_login(person(Role.CLINICIAN))

    page = client.get(reverse("patients:record", args=[ordered.patient_id])).content.decode()

    assert "10\u00a0capsule given, lot A1" in page
    assert "not given: Has some at home" in page


def test_an_allergy_is_shown_again_beside_the_reason_to_prescribe_in_spite_of_it(desk, joy, amox):
    lot(amox, 100)
    safe, ordered = here(joy, (amox, 10)), here(joy, (amox, 10), name="Kamau, Daniel")
    assert "No allergy or interaction found" in shown(desk, safe)

    Allergy.objects.create(patient=ordered.patient, substance="Amoxicillin", reaction="rash")
    page = shown(desk, ordered)

    assert "No allergy or interaction found" not in page
    assert "Stop: allergy to amoxicillin" in page
