"""Letters: prefilled, signed once, printed, copied, and proved by their code."""

from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from clinical_docs.domain import letters, vitals
from clinical_docs.letter_forms import FORMS
from clinical_docs.models import Letter
from clinical_docs.queries.letters import facts_of, letter_by_code
from core.accounts.roles import Role
from core.clock import today
from core.editing.models import Draft
from core.errors import NotAllowed
from core.outbox.models import OutboxRow
from core.testing.databases import superuser_url
from core.testing.documents import document_in
from core.testing.pages import form_on
from patients.domain import allergies, visits
from patients.models import Prescription, PrescriptionItem, Problem, Visit
from patients.tests.people import patient

KINDS = list(FORMS)


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina", family_name="Diallo")


@pytest.fixture
def desk(client, amina):
    client.force_login(amina)
    return client


@pytest.fixture
def visit(db, amina) -> Visit:
    """Grace with a fever, a diagnosis, an allergy, vital signs and a signed medicine."""
    grace = patient("Okoro, Grace", born="1988-03-02")
    ticket = visits.start(grace.pk, reason="Fever and weakness", by=amina)
    Problem.objects.create(patient=grace, title="Malaria")
    allergies.add(grace.pk, substance="Penicillin", reaction="rash", by=amina)
    vitals.record(grace.pk, values={"pulse": 112}, visit_id=ticket.visit_id, by=amina)
    order = Prescription.objects.create(
        patient=grace, visit=ticket.visit, prescriber=amina, written_at=timezone.now()
    )
    PrescriptionItem.objects.create(
        prescription=order, patient=grace, drug="Amoxicillin", dose="500", unit="mg",
        route="oral", frequency="three times a day", duration_days=5,
    )  # fmt: skip
    Prescription.objects.filter(pk=order.pk).update(state="signed", signed_at=timezone.now())
    return ticket.visit


def page_of(visit: Visit, kind: str) -> str:
    return reverse("clinical_docs:write_letter", args=[visit.pk, kind])


def filled(desk, visit, kind, **more):
    form = form_on(desk.get(page_of(visit, kind)), "letter-form")
    return {**form, **more}


def written() -> list[dict]:
    rows = OutboxRow.objects.filter(kind="document").order_by("id")
    documents = [document_in(row) for row in rows]
    return [one for one in documents if one["data_type"] == "letter"]


def prints() -> list[bool]:
    rows = OutboxRow.objects.filter(action="print", entity_type="letter").order_by("id")
    return [row.changes["copy"] for row in rows]


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_as_it_is_offered_is_signed_kept_and_opened(desk, visit, kind, amina):
    sent = filled(desk, visit, kind, **({"to": "City Hospital"} if kind == "referral" else {}))

    answer = desk.post(page_of(visit, kind), sent)

    letter = Letter.objects.get()
    [document] = written()
    assert answer["Location"] == reverse("clinical_docs:letter", args=[letter.pk])
    assert (letter.kind, letter.signed_by, letter.document_id) == (kind, amina, document["_id"])
    assert (document["visit_id"], document["code"]) == (str(visit.pk), kind)
    assert document["data"]["paper"]["patient"]["name"] == "OKORO, Grace"
    shown = desk.get(answer["Location"])
    assert (shown["Content-Type"], shown.content[:5]) == ("application/pdf", b"%PDF-")


def test_what_is_known_is_filled_in(desk, visit):
    referral = filled(desk, visit, "referral")

    assert referral["reason"] == ["Fever and weakness"]
    assert referral["problems"] == ["Malaria"]
    assert referral["allergies"] == ["Penicillin: rash"]
    assert referral["history"] == ["Pulse 112\u00a0/min"]
    assert referral["medicines"] == [
        "Amoxicillin, 500\u00a0mg, oral, three times a day, for 5\u00a0days"
    ]


@pytest.mark.parametrize(
    ("status", "words"),
    [("none_known", "No known allergies"), ("not_asked", "Allergies not asked")],
)
def test_allergies_that_are_not_recorded_are_told_apart(visit, amina, status, words):
    other = patient("Diaz, Jo", allergy_status=status)
    other_visit = visits.start(other.pk, by=amina).visit

    assert facts_of(other_visit).allergies_in_words == words


def test_a_sick_note_names_no_diagnosis_unless_it_is_written_in(desk, visit):
    desk.post(page_of(visit, "sick-note"), filled(desk, visit, "sick-note"))
    named = filled(desk, visit, "sick-note", diagnosis="Malaria")
    desk.post(page_of(visit, "sick-note"), named)

    without, with_it = (str(one["data"]["paper"]) for one in written())
    assert "Malaria" not in without
    assert "Malaria" in with_it


def test_a_sick_note_says_from_when_until_when(desk, visit):
    sent = filled(desk, visit, "sick-note", unfit_until=str(today() + timedelta(days=4)))

    desk.post(page_of(visit, "sick-note"), sent)

    letter = Letter.objects.get()
    assert (letter.valid_from, letter.valid_until) == (today(), today() + timedelta(days=4))
    assert ["", "5 days"] in written()[0]["data"]["paper"]["facts"]


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("sick-note", {"unfit_until": "2020-01-01"}, "unfit_until"),
        ("sick-note", {"unfit_until": "2099-01-01"}, "unfit_until"),
        ("sick-note", {"unfit_from": "soon"}, "unfit_from"),
        ("referral", {"to": ""}, "to"),
        ("referral", {"to": "x", "reason": "y" * 5_000}, "reason"),
        ("referral", {"to": "x", "urgency": "whenever"}, "urgency"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_signed(desk, visit, kind, typed, field):
    answer = desk.post(page_of(visit, kind), filled(desk, visit, kind, **typed))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert (Letter.objects.count(), written()) == (0, [])


def test_a_prescription_without_medicines_is_refused(desk, amina):
    other = visits.start(patient("Diaz, Jo").pk, by=amina).visit

    answer = desk.post(page_of(other, "prescription"), {"key": str(uuid4())})

    assert answer.status_code == 422
    assert "No medicine is prescribed and signed" in answer.content.decode()


def test_sent_twice_is_one_letter(desk, visit):
    sent = filled(desk, visit, "sick-note")

    places = {desk.post(page_of(visit, "sick-note"), sent)["Location"] for _ in range(2)}

    assert (len(places), Letter.objects.count(), len(written())) == (1, 1, 1)


def test_the_first_print_is_the_letter_and_all_others_are_copies(desk, visit):
    address = desk.post(page_of(visit, "sick-note"), filled(desk, visit, "sick-note"))["Location"]

    for _ in range(3):
        assert desk.get(address).status_code == 200

    assert prints() == [False, True, True]


def test_a_copy_says_what_was_signed_whatever_has_changed_since(desk, visit, monkeypatch):
    address = desk.post(page_of(visit, "sick-note"), filled(desk, visit, "sick-note"))["Location"]
    visit.patient.family_name = "Married"
    visit.patient.save(update_fields=["family_name"])
    printed = []
    monkeypatch.setattr(
        "core.paper.answers.pdf", lambda name, data, **_: printed.append(data) or b""
    )

    desk.get(address)

    assert printed[0]["patient"]["name"] == "OKORO, Grace"


@pytest.mark.django_db(transaction=True)
def test_a_letter_is_printed_from_its_store_as_well(desk, visit, relay):
    address = desk.post(page_of(visit, "sick-note"), filled(desk, visit, "sick-note"))["Location"]
    relay()
    # As weeks later, when the outbox knows the document no more.
    with psycopg.connect(superuser_url(settings.DATABASES["default"]["NAME"])) as outside:
        outside.execute("DELETE FROM outbox")

    assert desk.get(address).content[:5] == b"%PDF-"


def test_anybody_who_holds_the_paper_may_ask_and_learns_nothing_of_its_words(desk, client, visit):
    sent = filled(desk, visit, "sick-note", diagnosis="Malaria", remark="Light duties")
    desk.post(page_of(visit, "sick-note"), sent)
    letter = Letter.objects.get()
    client.logout()

    page = client.get(reverse("clinical_docs:verify", args=[letter.code])).content.decode()

    assert "This paper is genuine" in page
    for told in ("Sick note", "Dr Amina Diallo", ">GO<", letter.code_in_groups):
        assert told in page
    for secret in ("Malaria", "Light duties", "OKORO", "Grace", "1988", "Fever"):
        assert secret not in page


def test_a_code_is_found_however_it_was_copied_and_a_wrong_one_is_not(client, visit, amina):
    letter = letters.write(
        visit.pk, kind=Letter.Kind.REFERRAL, paper={"facts": []}, size="a4", by=amina
    )

    assert letter_by_code(letter.code_in_groups.lower()) == letter
    assert letter_by_code(letter.code.replace("0", "O").replace("1", "I")) == letter
    wrong = client.get(reverse("clinical_docs:verify", args=["0000-0000-0000-0000"]))
    assert (wrong.status_code, "No paper has this code" in wrong.content.decode()) == (404, True)


def test_codes_are_long_and_never_the_same(visit, amina):
    codes = {
        letters.write(visit.pk, kind=Letter.Kind.SUMMARY, paper={}, size="a4", by=amina).code
        for _ in range(50)
    }

    assert len(codes) == 50
    assert {len(code) for code in codes} == {16}


def test_a_draft_of_a_letter_is_offered_again_and_gone_once_signed(desk, visit):
    kept = reverse("editing:draft_of", args=["letter-referral", visit.pk])
    desk.post(kept, {"to": "City Hospital, cardio"})
    sent = filled(desk, visit, "referral")
    assert sent["to"] == ["City Hospital, cardio"]

    desk.post(page_of(visit, "referral"), sent)

    assert Draft.objects.count() == 0


def test_a_letter_stands_on_the_record(desk, visit):
    desk.post(page_of(visit, "sick-note"), filled(desk, visit, "sick-note"))

    page = desk.get(reverse("patients:record", args=[visit.patient_id]) + "?kind=letters")

    assert "Sick note" in page.content.decode()
    assert page.context["page"].total >= 1


@pytest.mark.parametrize("role", [Role.NURSE, Role.RECEPTIONIST, Role.PHARMACIST])
def test_the_domain_asks_again(visit, person, role):
    with pytest.raises(NotAllowed):
        letters.write(visit.pk, kind=Letter.Kind.SUMMARY, paper={}, size="a4", by=person(role))

    assert Letter.objects.count() == 0


def test_an_unknown_kind_is_not_found(desk, visit):
    assert desk.get(page_of(visit, "love-letter")).status_code == 404


def test_a_fragment_comes_as_a_dialog(desk, visit):
    answer = desk.get(page_of(visit, "sick-note"), headers={"HX-Request": "true"})

    page = answer.content.decode()
    assert "<dialog" in page
    assert "<html" not in page
