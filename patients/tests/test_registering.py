"""Registering a patient: once, not somebody known already, and nothing typed is lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.accounts.roles import Role
from core.clock import today
from core.editing.models import Draft, UsedKey
from core.testing.pages import form_on
from patients.forms.patient import understood_birth
from patients.models import Patient
from patients.tests.people import patient

ADDRESS = "/patients/register/"
TYPED = {
    "family_name": "Okoro",
    "given_names": "Grace",
    "sex": "female",
    "born": "02-Mar-1988",
    "phone": "+254 712 555 018",
}


@pytest.fixture
def desk(client, person) -> Client:
    client.force_login(person(Role.RECEPTIONIST))
    return client


def send(client: Client, **typed: str):
    return client.post(ADDRESS, {"key": str(uuid4()), **TYPED, **typed})


def errors(answer) -> dict[str, list[str]]:
    return {name: list(found) for name, found in answer.context["form"].errors.items()}


def registered() -> list[str]:
    return [f"{one.family_name}, {one.given_names}" for one in Patient.objects.order_by("mrn")]


def test_the_page_as_it_is_offered_registers_a_patient(desk):
    offered = form_on(desk.get(ADDRESS), "person")

    answer = desk.post(ADDRESS, {**offered, **TYPED})

    made = Patient.objects.get()
    assert answer.headers["Location"] == reverse("patients:record", args=[made.pk])
    kept = (made.family_name, made.birth_date, made.birth_date_estimated, made.phone, made.sex)
    assert kept == ("Okoro", date(1988, 3, 2), False, "+254712555018", "female")


def test_somebody_very_likely_known_is_refused_until_confirmed(desk):
    patient("Okoro, Grace", born="1988-03-02", phone="+254712555018")

    refused = send(desk)
    assert (refused.status_code, len(registered())) == (422, 1)
    assert errors(refused)["__all__"] == [
        "OKORO, Grace looks like the same person. Compare before saving."
    ]
    assert "is_another_person" in refused.content.decode()

    again = form_on(refused, "person")
    confirmed = desk.post(ADDRESS, {**again, "is_another_person": "on"})

    assert (confirmed.status_code, len(registered())) == (302, 2)


def test_somebody_possibly_known_is_shown_and_not_refused(desk):
    patient("Okoro, Grace")

    assert send(desk, born="").status_code == 302


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("born", "31-Feb-1988", "Type the date like 02-Mar-1988, or the age like 38."),
        ("born", "0000-00-00", "Type the date like 02-Mar-1988, or the age like 38."),
        ("born", "9999-12-31", "This date lies in the future."),
        ("born", "02-Mar-1850", "Nobody is older than 130; check the year."),
        ("born", "131", "Nobody is older than 130; check the age."),
        ("born", "999999", "Type the date like 02-Mar-1988, or the age like 38."),
        ("born", "NaN", "Type the date like 02-Mar-1988, or the age like 38."),
        ("phone", "12", "This number is too long or too short; check its digits."),
        ("phone", "call me", "Type the number with its country, like +254 712 555 018."),
        ("phone", "9" * 100_000, "Type the number with its country, like +254 712 555 018."),
        ("email", "grace at home", "This is not an e-mail address."),
        ("email", "a" * 500 + "@b.org", None),
        ("sex", "", "Choose one; Not known is an answer too."),
        ("sex", "robot", None),
        ("family_name", "Oko\u202ero", "Remove the invisible character “right-to-left override” from the name."),
        ("given_names", "Gra\u200bce", "Remove the invisible character “zero width space” from the name."),
        ("given_names", "Gra\x07ce", "Remove the invisible character “U+0007” from the name."),
        ("given_names", "a" + "\u0301" * 1_000, None),
        ("family_name", "Z" + "\u0301\u0302\u0303\u0304\u0305\u0306" + "oe", "A letter of the name carries too many marks."),
        ("family_name", "x" * 1_000_000, None),
        ("family_name", "Oko\x00ro", "Null characters are not allowed."),
        ("address", "a\x00b", "Null characters are not allowed."),
        ("address", "x" * 1_000_000, None),
        ("national_id", "".join(chr(0x4E00 + n) for n in range(9_000)), None),
        ("next_of_kin", "Pe\u202eter", "Remove the invisible character “right-to-left override” from the name."),
        ("next_of_kin", "x" * 100_000, None),
        ("next_of_kin_phone", "0", "Type the number with its country, like +254 712 555 018."),
        ("language", "x" * 30, None),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_beside_the_field_and_is_kept(desk, field, typed, sentence):
    answer = send(desk, **{field: typed})

    assert (answer.status_code, registered()) == (422, [])
    assert list(errors(answer)) == [field]
    assert errors(answer)[field] == [sentence] if sentence else errors(answer)[field]
    kept = form_on(answer, "person")
    expected = {**TYPED, field: typed.replace("\x00", "\ufffd")}
    if typed not in ("", "robot"):
        assert {name: kept[name][0].replace("\x00", "\ufffd") for name in expected} == expected


def test_a_patient_needs_a_name(desk):
    answer = send(desk, family_name=" ", given_names="")

    assert errors(answer) == {"family_name": ["Enter at least one name."]}


@pytest.mark.parametrize(
    "name",
    [
        "Ó Súilleabháin-d'Arcy",
        "{{settings.SECRET_KEY}} {% debug %}",
        "<script>alert(1)</script>",
        "Robert'); DROP TABLE patients; --",
        "李小龙",
        "محمد بن عبد الله",
        "O\u2019Neil \\ % _",
        "Null",
        "😀",
    ],
)
def test_any_name_is_kept_letter_by_letter_and_shown_as_text(desk, name):
    answer = send(desk, family_name=name, given_names="")

    made = Patient.objects.get()
    page = desk.get(answer.headers["Location"]).content.decode()
    assert made.family_name == name
    assert "<script>alert" not in page


def test_a_name_is_kept_composed_with_single_blanks(desk):
    send(desk, family_name="  Mu\u0308ller   Thompson ")

    assert Patient.objects.get().family_name == "M\u00fcller Thompson"


def test_fields_that_are_not_on_the_form_are_not_taken(desk):
    known = patient("Known, Ada")

    send(desk, mrn="7", merged_into=str(known.pk), id=str(known.pk), version="9", deceased_at="now")

    made = Patient.objects.exclude(pk=known.pk).get()
    assert (made.mrn > 7, made.merged_into, made.version, made.deceased_at) == (True, None, 1, None)


@pytest.mark.parametrize(
    ("typed", "born", "estimated"),
    [
        ("38", (-38, 1, 1), True),
        ("38 y", (-38, 1, 1), True),
        ("0", (0, 1, 1), True),
        ("", None, False),
        ("02-Mar-1988", (1988, 3, 2), False),
        ("2/3/88", (1988, 3, 2), False),
    ],
)
def test_an_age_stands_for_an_estimated_birth_date(typed, born, estimated):
    if born and born[0] < 1000:
        born = (today().year + born[0], *born[1:])

    assert understood_birth(typed) == (date(*born) if born else None, estimated)


def test_an_age_in_months_is_the_first_of_a_month():
    born, estimated = understood_birth("5 months")

    months = (today().year - born.year) * 12 + today().month - born.month
    assert (months, born.day, estimated) == (5, 1, True)


def test_one_born_today_is_registered(desk):
    assert send(desk, born=f"{today():%d/%m/%Y}").status_code == 302


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-0000-0000-00000000000g"])
def test_a_form_without_its_key_is_refused_in_words(desk, key):
    answer = send(desk, key=key)

    assert (answer.status_code, registered()) == (422, [])
    page = answer.content.decode()
    assert "The form was not whole when it was sent. Look it over and send it again." in page


def test_the_form_shown_after_a_bad_key_can_be_sent(desk):
    shown = form_on(send(desk, key="x"), "person")

    assert desk.post(ADDRESS, shown).status_code == 302


def test_a_key_that_comes_again_registers_once(desk):
    key = str(uuid4())

    answers = [send(desk, key=key).headers["Location"] for _ in range(2)]

    assert answers == [reverse("patients:record", args=[Patient.objects.get().pk])] * 2


def test_a_key_with_other_content_is_refused_in_words(desk):
    key = str(uuid4())
    send(desk, key=key)

    answer = send(desk, key=key, family_name="Diallo", phone="", born="")

    assert (answer.status_code, registered()) == (422, ["Okoro, Grace"])
    assert errors(answer)["__all__"] == [
        "This form was saved already with other content. Open it again."
    ]


def test_somebody_elses_key_is_of_no_use(desk, person):
    key = str(uuid4())
    send(desk, key=key)
    other = Client()
    other.force_login(person(Role.RECEPTIONIST))

    assert (send(other, key=key).status_code, len(registered())) == (422, 1)


def test_a_refused_registration_leaves_its_key_unused(desk):
    key = str(uuid4())
    patient("Okoro, Grace", born="1988-03-02", phone="+254712555018")

    send(desk, key=key)

    assert UsedKey.objects.count() == 0
    assert send(desk, key=key, is_another_person="on").status_code == 302


def at_once(sends: list):
    """All of them from threads of their own, with a connection each."""

    def run(one):
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sends)) as pool:
        return [done.result() for done in [pool.submit(run, one) for one in sends]]


@pytest.mark.django_db(transaction=True)
def test_ten_senders_of_one_key_get_the_same_answer(person):
    user, key = person(Role.RECEPTIONIST), str(uuid4())
    clients = [Client() for _ in range(10)]
    for each in clients:
        each.force_login(user)

    answers = at_once([lambda each=each: send(each, key=key) for each in clients])

    made = Patient.objects.get()
    places = {(one.status_code, one.headers.get("Location")) for one in answers}
    assert places == {(302, reverse("patients:record", args=[made.pk]))}


@pytest.mark.django_db(transaction=True)
def test_two_people_registering_the_same_person_make_one_patient(person):
    clients = [Client(), Client()]
    for each in clients:
        each.force_login(person(Role.RECEPTIONIST))

    answers = at_once([lambda each=each: send(each) for each in clients])

    assert sorted(one.status_code for one in answers) == [302, 422]
    assert registered() == ["Okoro, Grace"]


def test_what_was_being_typed_is_there_again_and_gone_once_saved(desk):
    draft = reverse("editing:draft", args=["register-patient"])
    desk.post(draft, {**TYPED, "phone": "0712"})

    shown = form_on(desk.get(ADDRESS), "person")
    assert {name: shown[name] for name in TYPED} == {
        name: [typed] for name, typed in {**TYPED, "phone": "0712"}.items()
    }

    desk.post(ADDRESS, {**shown, **TYPED})
    assert Draft.objects.count() == 0


def test_starting_afresh_forgets_the_draft(desk):
    desk.post(reverse("editing:draft", args=["register-patient"]), TYPED)

    desk.post(ADDRESS, {"afresh": "yes"})

    assert form_on(desk.get(ADDRESS), "person")["family_name"] == [""]


def test_who_may_not_register_is_refused(client, person):
    client.force_login(person(Role.CASHIER))

    assert send(client).status_code == 403
    assert registered() == []
