"""Two people change one patient: whoever saves second chooses, and nothing is lost."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from core.accounts.roles import Role
from core.capture.context import acting
from core.clock import today
from core.editing.models import Draft
from core.testing.pages import form_on
from patients.models import Patient
from patients.tests.people import patient


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST, given_name="Joy")


@pytest.fixture
def ben(person):
    return person(Role.NURSE, given_name="Ben", family_name="Okafor")


@pytest.fixture
def desk(client, joy) -> Client:
    client.force_login(joy)
    return client


@pytest.fixture
def grace(db) -> Patient:
    return patient("Okoro, Grace", born="1988-03-02", phone="+254712555018", address="1 Old Road")


def address(one: Patient) -> str:
    return reverse("patients:edit", args=[one.pk])


def opened(desk: Client, one: Patient) -> dict[str, list[str]]:
    return form_on(desk.get(address(one)), "person")


def saved_by(user, one: Patient, **fields) -> None:
    """A colleague saves meanwhile."""
    with acting(user_id=user.pk):
        fresh = Patient.objects.get(pk=one.pk)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save(update_fields=list(fields))


def kept(one: Patient, *names: str) -> tuple:
    fresh = Patient.objects.get(pk=one.pk)
    return tuple(getattr(fresh, name) for name in names)


def sorted_fields(answer) -> dict[str, list[str]]:
    compared = answer.context["compared"]
    return {part: [row.name for row in getattr(compared, part)] for part in ("both", "one")}


def test_only_what_was_changed_is_written(desk, grace):
    form = opened(desk, grace)

    answer = desk.post(address(grace), {**form, "phone": "+254 712 555 019"})

    assert answer.headers["Location"] == reverse("patients:record", args=[grace.pk])
    assert kept(grace, "phone", "version", "birth_date") == ("+254712555019", 2, date(1988, 3, 2))


def test_saving_nothing_new_writes_nothing(desk, grace):
    desk.post(address(grace), opened(desk, grace))

    assert kept(grace, "version") == (1,)


def test_a_baby_registered_by_its_age_in_months_keeps_its_birth_date(desk):
    born = date(today().year, today().month, 1)
    baby = patient("Okoro, Ada", birth_date=born, birth_date_estimated=True)

    desk.post(address(baby), {**opened(desk, baby), "phone": "+254 712 555 019"})

    assert kept(baby, "birth_date", "birth_date_estimated", "version") == (born, True, 2)


def test_lines_of_an_address_are_the_same_however_a_browser_ends_them(desk, ben):
    there = patient("Okoro, Ada", address="1 Old Road\nNairobi")
    form = {**opened(desk, there), "address": "1 Old Road\r\nNairobi"}

    desk.post(address(there), form)
    assert kept(there, "address", "version") == ("1 Old Road\nNairobi", 1)

    form = {**opened(desk, there), "address": "1 Old Road\r\nNairobi"}
    saved_by(ben, there, address="2 New Road\nNairobi")
    answer = desk.post(address(there), {**form, "email": "ada@example.org"})
    assert sorted_fields(answer) == {"both": [], "one": ["email", "address"]}


def test_bad_input_keeps_what_was_typed(desk, grace):
    answer = desk.post(
        address(grace), {**opened(desk, grace), "born": "soon", "address": "2 New Road"}
    )

    shown = form_on(answer, "person")
    assert (answer.status_code, shown["born"], shown["address"]) == (422, ["soon"], ["2 New Road"])
    assert kept(grace, "address", "version") == ("1 Old Road", 1)
    assert desk.post(address(grace), {**shown, "born": "02-Mar-1988"}).status_code == 302
    assert kept(grace, "address") == ("2 New Road",)


def test_the_second_to_save_sees_both_versions_and_nothing_is_written(desk, grace, ben):
    form = opened(desk, grace)
    saved_by(ben, grace, phone="+254712555111", email="grace@example.org")

    answer = desk.post(
        address(grace), {**form, "phone": "+254 712 555 222", "address": "2 New Road"}
    )

    compared = answer.context["compared"]
    assert (answer.status_code, compared.their_name) == (409, "Ben Okafor")
    assert sorted_fields(answer) == {"both": ["phone"], "one": ["email", "address"]}
    rows = [(r.before, r.mine, r.theirs, r.choice) for r in (*compared.both, *compared.one)]
    assert rows == [
        ("+254712555018", "+254 712 555 222", "+254712555111", ""),
        ("", "", "grace@example.org", "theirs"),
        ("1 Old Road", "2 New Road", "1 Old Road", "mine"),
    ]
    assert kept(grace, "phone", "address", "email", "version") == (
        "+254712555111", "1 Old Road", "grace@example.org", 2,
    )  # fmt: skip


def conflict(desk: Client, grace: Patient, ben) -> dict[str, list[str]]:
    """Both changed the phone, Joy the address, Ben the e-mail: the page of it as it is offered."""
    form = opened(desk, grace)
    saved_by(ben, grace, phone="+254712555111", email="grace@example.org")
    typed = {**form, "phone": "+254 712 555 222", "address": "2 New Road"}
    return form_on(desk.post(address(grace), typed), "versions")


@pytest.mark.parametrize(
    ("choice", "phone"), [("mine", "+254712555222"), ("theirs", "+254712555111")]
)
def test_saving_from_the_two_versions_keeps_what_both_wanted(desk, grace, ben, choice, phone):
    offered = conflict(desk, grace, ben)

    answer = desk.post(address(grace), {**offered, "choose-phone": choice})

    assert answer.status_code == 302
    assert kept(grace, "phone", "address", "email", "version") == (
        phone, "2 New Road", "grace@example.org", 3,
    )  # fmt: skip


def test_what_is_not_chosen_yet_is_not_saved(desk, grace, ben):
    offered = conflict(desk, grace, ben)

    answer = desk.post(address(grace), offered)

    assert (answer.status_code, sorted_fields(answer)["both"]) == (409, ["phone"])
    assert kept(grace, "address", "version") == ("1 Old Road", 2)


def test_what_was_taken_already_can_be_taken_back(desk, grace, ben):
    offered = {**conflict(desk, grace, ben), "choose-phone": "mine"}

    undone = desk.post(address(grace), {**offered, "undo": "email"})

    assert undone.status_code == 409
    assert sorted_fields(undone) == {"both": ["phone", "email"], "one": ["address"]}
    again = form_on(undone, "versions")
    assert again["choose-phone"] == ["mine"]
    assert desk.post(address(grace), again).status_code == 409
    assert desk.post(address(grace), {**again, "choose-email": "mine"}).status_code == 302
    assert kept(grace, "phone", "address", "email") == ("+254712555222", "2 New Road", "")


def test_a_third_save_in_between_is_another_conflict(desk, grace, ben):
    offered = {**conflict(desk, grace, ben), "choose-phone": "mine"}
    saved_by(ben, grace, address="3 Third Road", language="sw")

    answer = desk.post(address(grace), offered)

    compared = answer.context["compared"]
    assert (answer.status_code, compared.version) == (409, 3)
    both = {row.name: (row.mine, row.theirs) for row in compared.both}
    assert both["address"] == ("2 New Road", "3 Third Road")
    assert kept(grace, "phone", "version") == ("+254712555111", 3)

    again = form_on(answer, "versions")
    chosen = {f"choose-{name}": "mine" for name in again["must"]}
    assert desk.post(address(grace), {**again, **chosen}).status_code == 302
    assert kept(grace, "phone", "address", "email", "language") == (
        "+254712555222", "2 New Road", "grace@example.org", "sw",
    )  # fmt: skip


@pytest.mark.parametrize("base", ["", "forged", "eyJwaG9uZSI6IiJ9:1abcde:xyz"])
def test_a_forged_base_makes_every_difference_a_choice(desk, grace, ben, base):
    form = opened(desk, grace)
    saved_by(ben, grace, email="grace@example.org")

    answer = desk.post(address(grace), {**form, "base": base, "address": "2 New Road"})

    assert answer.status_code == 409
    assert sorted_fields(answer) == {"both": ["address"], "one": ["email"]}
    assert kept(grace, "address", "email") == ("1 Old Road", "grace@example.org")


@pytest.mark.parametrize("version", ["", "x", "-1", "0", "99", "9" * 30, "1.0"])
def test_a_version_that_is_none_saves_nothing(desk, grace, version):
    form = opened(desk, grace)

    answer = desk.post(address(grace), {**form, "version": version, "address": "2 New Road"})

    assert (answer.status_code, kept(grace, "address")) == (409, ("1 Old Road",))


def test_a_stale_draft_meets_the_two_versions(desk, grace, ben):
    form = opened(desk, grace)
    draft = reverse("editing:draft_of", args=["edit-patient", grace.pk])
    desk.post(draft, {**form, "phone": "+254 712 555 222"})
    saved_by(ben, grace, phone="+254712555111")

    page = desk.get(address(grace))
    assert "You left changes here" in page.content.decode()
    went_on = form_on(desk.get(address(grace) + "?draft"), "person")
    answer = desk.post(address(grace), went_on)

    assert (answer.status_code, sorted_fields(answer)) == (409, {"both": ["phone"], "one": []})
    assert Draft.objects.count() == 1


def test_a_draft_is_gone_once_saved(desk, grace):
    form = opened(desk, grace)
    desk.post(reverse("editing:draft_of", args=["edit-patient", grace.pk]), {**form, "phone": "x"})
    went_on = form_on(desk.get(address(grace) + "?draft"), "person")

    answer = desk.post(address(grace), {**went_on, "phone": "+254 712 555 222"})

    assert (answer.status_code, Draft.objects.count()) == (302, 0)
    assert kept(grace, "phone") == ("+254712555222",)


def test_the_banner_shows_the_patient_as_saved_whatever_was_typed(desk, grace, ben):
    form = opened(desk, grace)
    saved_by(ben, grace, email="grace@example.org")

    for typed in ({"born": "soon"}, {}):
        answer = desk.post(address(grace), {**form, "family_name": "Changed", **typed})
        assert str(answer.context["patient"]) == "OKORO, Grace"


@pytest.mark.parametrize("role", [Role.CASHIER, Role.LAB, Role.AUDITOR])
def test_who_may_not_edit_is_refused(client, person, grace, role):
    client.force_login(person(role))

    for answer in (client.get(address(grace)), client.post(address(grace), {"phone": "1"})):
        assert answer.status_code == 403
        assert "Okoro" not in answer.content.decode()


def test_nobodys_patient_is_not_found(desk, grace):
    stranger = reverse("patients:edit", args=["00000000-0000-7000-8000-000000000000"])

    assert [desk.get(stranger).status_code, desk.post(stranger, {}).status_code] == [404, 404]
