"""Notes and vital signs: written once, on the record at once, by those who may."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinical_docs.choices import LONGEST_NOTE
from clinical_docs.domain import notes, vitals
from core.accounts.roles import Role
from core.clock import today
from core.databases import mongo
from core.editing.models import Draft
from core.errors import NotAllowed
from core.outbox.models import OutboxRow
from core.testing.documents import document_in
from core.testing.pages import form_on
from patients.models import Patient, Visit
from patients.tests.people import patient

NOBODY = "00000000-0000-7000-8000-000000000000"
ADULT = {"pressure": "152/80", "pulse": "48", "temperature": "37.5"}


@pytest.fixture
def nurse(person):
    return person(Role.NURSE, given_name="Ben", family_name="Okafor")


@pytest.fixture
def ward(client, nurse) -> Client:
    client.force_login(nurse)
    return client


@pytest.fixture
def grace(db) -> Patient:
    return patient("Okoro, Grace", born="1988-03-02")


def place(what: str, one: Patient) -> str:
    return reverse(f"clinical_docs:{what}", args=[one.pk])


def written() -> list[dict]:
    """Documents committed, wherever they are by now."""
    rows = OutboxRow.objects.filter(kind="document").order_by("id")
    return [document_in(row) for row in rows]


def on_the_record(ward: Client, one: Patient) -> list[tuple[str, str, bool]]:
    page = ward.get(reverse("patients:record", args=[one.pk])).context["page"]
    entries = [entry for group in page.groups for entry in group.entries]
    return [(one.kind, one.id, one.is_waiting) for each in entries for one in (each, *each.also)]


def test_a_note_as_it_is_offered_is_signed_and_kept(ward, grace, nurse):
    form = form_on(ward.get(place("note", grace)), "write-note")

    answer = ward.post(place("note", grace), {**form, "text": "  Coughs since Monday.  "})

    (note,) = written()
    assert (answer.status_code, "Note saved." in answer.headers["HX-Trigger"]) == (200, True)
    assert (note["patient_id"], note["created_by"]) == (str(grace.pk), str(nurse.pk))
    assert (note["data"]["text"], note["data"]["signed_by"]) == (
        "Coughs since Monday.",
        "Ben Okafor",
    )


@pytest.mark.parametrize(("what", "typed"), [("note", {"text": "Coughs"}), ("vitals", ADULT)])
def test_a_form_sent_twice_is_written_once(ward, grace, what, typed):
    sent = {"key": str(uuid4()), **typed}

    answers = [ward.post(place(what, grace), sent).status_code for _ in range(2)]

    assert (answers, len(written())) == ([200, 200], 1)


def test_a_key_with_another_text_is_refused_in_words_and_the_text_kept(ward, grace):
    key = str(uuid4())
    ward.post(place("note", grace), {"key": key, "text": "Coughs"})

    answer = ward.post(place("note", grace), {"key": key, "text": "Coughs less"})

    assert (answer.status_code, len(written())) == (422, 1)
    page = answer.content.decode()
    assert "This form was saved already with other content. Open it again." in page
    assert form_on(answer, "write-note")["text"] == ["Coughs less"]


def test_a_key_of_one_patient_is_of_no_use_for_another(ward, grace):
    key, other = str(uuid4()), patient("Diallo, Ada")
    ward.post(place("note", grace), {"key": key, "text": "Coughs"})

    assert ward.post(place("note", other), {"key": key, "text": "Coughs"}).status_code == 422
    assert len(written()) == 1


def test_what_was_written_is_on_the_record_at_once_and_once(ward, grace, relay):
    for what, typed in (("note", {"text": "Coughs"}), ("vitals", ADULT)):
        ward.post(place(what, grace), {"key": str(uuid4()), **typed})
    note, signs = (document["_id"] for document in written())

    before = on_the_record(ward, grace)
    relay()
    after = on_the_record(ward, grace)

    assert before == [("vitals", signs, True), ("notes", note, True)]
    assert after == [("vitals", signs, False), ("notes", note, False)]
    assert mongo.collection("clinical_data").count_documents({}) == 2


def test_a_document_that_mongodb_has_but_postgresql_still_counts_as_waiting_is_shown_once(
    ward, grace, relay
):
    ward.post(place("note", grace), {"key": str(uuid4()), "text": "Coughs"})
    (note,) = written()

    mongo.collection("clinical_data").insert_one(note)

    assert on_the_record(ward, grace) == [("notes", note["_id"], False)]
    page = ward.get(reverse("patients:record", args=[grace.pk])).context["page"]
    assert page.total == 1


def test_values_of_an_adult_are_flagged(ward, grace):
    ward.post(place("vitals", grace), {"key": str(uuid4()), **ADULT, "weight": "61.50"})

    data = written()[0]["data"]
    assert data["results"] == {
        "pulse": 48, "temperature": 37.5, "weight": 61.5, "systolic": 152, "diastolic": 80,
    }  # fmt: skip
    assert data["flags"] == {"systolic": "H", "pulse": "L"}
    assert data["units"]["systolic"] == "mm[Hg]"
    assert data["reference_ranges"]["pulse"] == {"min": 51.0, "max": 90.0}


def test_values_of_a_child_are_flagged_by_its_own_age(ward):
    child = patient("Okoro, Ada", birth_date=today().replace(day=1, year=today().year - 5))

    ward.post(place("vitals", child), {"key": str(uuid4()), **ADULT})

    data = written()[0]["data"]
    assert data["flags"] == {"systolic": "H", "diastolic": "H", "pulse": "LL"}
    assert data["reference_ranges"]["pulse"] == {"min": 81.0, "max": 117.0}
    assert "news2" not in data


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("pulse", "fast"), ("pulse", "NaN"), ("pulse", "Infinity"), ("pulse", "1e9999999"),
        ("pulse", "-1"), ("pulse", "301"), ("pulse", "1,234"), ("temperature", "37.123"),
        ("temperature", "46"), ("temperature", "36.5 kg"), ("weight", "0"), ("pulse", "7\x000"), ("pulse", "9" * 100_000),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_said_beside_the_field_and_kept(ward, grace, field, typed):
    answer = ward.post(place("vitals", grace), {"key": str(uuid4()), "height": "170", field: typed})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert answer.context["form"][field].value() == typed
    assert written() == []


def test_nothing_measured_and_a_pressure_upside_down_are_refused(ward, grace):
    nothing = ward.post(place("vitals", grace), {"key": str(uuid4())})
    turned = {"key": str(uuid4()), "pressure": "80/120"}
    upside_down = ward.post(place("vitals", grace), turned)

    assert list(nothing.context["form"].errors["__all__"]) == ["Enter at least one value."]
    assert list(upside_down.context["form"].errors["pressure"]) == [
        "The lower pressure must be below the upper one."
    ]
    assert written() == []


@pytest.mark.parametrize(
    "text", ["", "  \n ", "x" * (LONGEST_NOTE + 1), "a\x00b"], ids=["", "blanks", "long", "NUL"]
)
def test_a_note_that_cannot_be_kept_is_refused_in_words(ward, grace, text):
    answer = ward.post(place("note", grace), {"key": str(uuid4()), "text": text})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["text"])
    assert written() == []


def test_the_longest_note_is_kept_however_a_browser_ends_its_lines(ward, grace):
    text = "line\n" * (LONGEST_NOTE // 5 - 1) + "line."

    ward.post(place("note", grace), {"key": str(uuid4()), "text": text.replace("\n", "\r\n")})

    assert written()[0]["data"]["text"] == text


def test_a_note_is_shown_as_text(ward, grace):
    text = "<script>alert(1)</script> {{7*7}} {% debug %}"
    ward.post(place("note", grace), {"key": str(uuid4()), "text": text})

    page = ward.get(reverse("patients:record", args=[grace.pk])).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} {% debug %}" in page


def test_what_is_written_belongs_to_the_open_visit(ward, grace):
    now = timezone.now()
    Visit.objects.create(patient=grace, opened_at=now, closed_at=now, state="closed")
    ward.post(place("note", grace), {"key": str(uuid4()), "text": "outside"})
    visit = Visit.objects.create(patient=grace, opened_at=now)
    ward.post(place("note", grace), {"key": str(uuid4()), "text": "inside"})

    assert [one.get("visit_id") for one in written()] == [None, str(visit.pk)]


def test_a_draft_is_offered_again_and_gone_once_saved(ward, grace):
    ward.post(reverse("editing:draft_of", args=["note", grace.pk]), {"text": "Coughs si"})
    form = form_on(ward.get(place("note", grace)), "write-note")
    assert form["text"] == ["Coughs si"]

    ward.post(place("note", grace), {**form, "text": "Coughs since Monday"})

    assert Draft.objects.count() == 0


WRITERS = {Role.NURSE, Role.CLINICIAN}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("what", "typed"), [("note", {"text": "Coughs"}), ("vitals", ADULT)])
def test_only_those_who_care_write(client, person, grace, role, what, typed):
    client.force_login(person(role))

    opened = client.get(place(what, grace)).status_code
    sent = client.post(place(what, grace), {"key": str(uuid4()), **typed}).status_code

    expected = 200 if role in WRITERS else 403
    assert (opened, sent, len(written())) == (expected, expected, int(role in WRITERS))


def test_the_domain_asks_again(person, grace):
    cashier = person(Role.CASHIER)

    with pytest.raises(NotAllowed):
        notes.write(grace.pk, text="Coughs", by=cashier)
    with pytest.raises(NotAllowed):
        vitals.record(grace.pk, values={"pulse": Decimal(60)}, by=cashier)
    assert written() == []


@pytest.mark.parametrize("what", ["note", "vitals"])
def test_nobodys_patient_is_not_found(ward, what):
    address = reverse(f"clinical_docs:{what}", args=[NOBODY])

    sent = ward.post(address, {"key": str(uuid4()), "text": "x", **ADULT})

    assert (ward.get(address).status_code, sent.status_code, written()) == (404, 404, [])
