"""A card, a ticket, a number called out: each opens the record it means, and no other."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from patients.domain import visits
from patients.queries import codes
from patients.tests.people import patient


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST)


@pytest.fixture
def desk(client, joy):
    client.force_login(joy)
    return client


def look_for(client, text):
    return client.get(reverse("patients:search"), {"q": text})


def box(client, text):
    headers = {"HX-Request": "true", "HX-Target": "find-results"}
    return client.get(reverse("patients:search"), {"q": text}, headers=headers).content.decode()


def record_of(whom) -> str:
    return reverse("patients:record", args=[whom.pk])


def test_codes_are_read_back_and_slips_are_noticed():
    code = codes.patient_code(104556)

    assert codes.read(code.lower()) == codes.Scanned(mrn=104556)
    wrong = [code.replace("104556", number) for number in ("104566", "014556", "104565")]
    assert [codes.read(one) for one in wrong] == [None] * 3


@pytest.mark.parametrize(
    "text", ["", "PT-01", "PTAB-01", "TK991332A001-11", "PT1-1", "A012", "' --"]
)
def test_what_is_no_code_is_none(text):
    assert codes.read(text) is None


def test_a_scanned_card_opens_the_record(desk):
    whom = patient()

    answer = look_for(desk, codes.patient_code(whom.mrn))

    assert (answer.status_code, answer["Location"]) == (302, record_of(whom))


def test_a_misread_card_opens_nobody(desk):
    whom = patient()
    code = codes.patient_code(whom.mrn)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)

    answer = look_for(desk, wrong)

    assert answer.status_code == 200
    assert "Nobody found" in answer.content.decode()


def test_the_card_of_a_merged_record_opens_the_one_that_is_kept(desk):
    kept = patient()
    merged = patient("Okoro, Gracie", merged_into=kept)

    answer = look_for(desk, codes.patient_code(merged.mrn))

    assert answer["Location"] == record_of(kept)


def test_a_ticket_opens_whose_it_is_scanned_or_typed(desk, joy):
    ticket = visits.start(patient().pk, by=joy)
    scanned = codes.ticket_code(ticket.service_day, ticket.prefix, ticket.number)

    answers = [look_for(desk, text)["Location"] for text in (scanned, "A001", "a1")]

    assert answers == [record_of(ticket.patient)] * 3
    assert record_of(ticket.patient) in box(desk, "A001")


def test_yesterdays_ticket_is_not_todays(desk, joy):
    ticket = visits.start(patient().pk, by=joy)
    yesterday = timezone.localdate() - timedelta(days=1)

    answer = look_for(desk, codes.ticket_code(yesterday, ticket.prefix, ticket.number))

    assert "Nobody found" in answer.content.decode()


def test_who_may_not_see_the_queue_cannot_ask_who_holds_a_ticket(client, joy, person):
    visits.start(patient().pk, by=joy)
    client.force_login(person(Role.AUDITOR))

    assert "Nobody found" in look_for(client, "A001").content.decode()


def test_only_the_page_that_scans_may_use_the_camera(desk):
    scan, other = desk.get(reverse("patients:scan")), desk.get(reverse("patients:search"))

    assert scan["Permissions-Policy"] == "camera=(self), microphone=(), geolocation=()"
    assert other["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()"
