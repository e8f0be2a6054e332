"""Who saw whom is in the audit before the page leaves, or it does not leave."""

import time
from types import SimpleNamespace

import pytest
from django.urls import reverse

from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from core.shell import pace, reading
from core.shell.reading import UNWRITTEN, looks
from patients.models import Patient

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _nothing_told_yet():
    looks.forget()


@pytest.fixture
def grace(db):
    return Patient.objects.create(family_name="Okoro", given_names="Grace", sex="female")


@pytest.fixture
def desk(client, person):
    client.force_login(person(Role.RECEPTIONIST))
    return client


def facts() -> list[OutboxRow]:
    return list(OutboxRow.objects.filter(kind="fact").order_by("id"))


def record(whom) -> str:
    return reverse("patients:record", args=[whom.pk])


def test_a_page_tells_whom_it_showed_to_whom_and_from_where(desk, grace):
    desk.get(record(grace), REMOTE_ADDR="10.0.0.7", HTTP_USER_AGENT="Firefox")

    (row,) = facts()
    assert (row.action, row.entity_type, row.entity_id) == ("view", "patient", str(grace.pk))
    assert (row.patient_id, row.changes) == (grace.pk, {"page": "patients:record"})
    assert row.context.keys() >= {"user_id", "ip_address", "user_agent", "request_id"}
    assert (row.context["ip_address"], row.context["user_agent"]) == ("10.0.0.7", "Firefox")


def test_a_list_tells_all_of_them_in_one_entry(desk, grace):
    ada = Patient.objects.create(family_name="Okoro", given_names="Ada", sex="female")

    desk.get(reverse("patients:search"), {"q": "okoro"})

    (row,) = facts()
    assert (row.action, row.patient_id) == ("search", None)
    assert row.changes == {"asked": "okoro", "patients": sorted([str(ada.pk), str(grace.pk)])}


def test_every_search_is_told_also_one_that_found_nobody(desk, grace):
    for typed in ("nobody", "okoro", "okoro"):
        desk.get(reverse("patients:search"), {"q": typed}, headers=FRAGMENT)

    asked = [(row.changes["asked"], row.patient_id) for row in facts()]
    assert asked == [("nobody", None), ("okoro", grace.pk), ("okoro", grace.pk)]


@pytest.mark.parametrize("typed", ["+44 20 7946 0958", "AB12345678", "grace@example.org"])
def test_a_number_that_identifies_stays_out_of_the_audit(desk, grace, typed):
    desk.get(reverse("patients:search"), {"q": typed})

    (row,) = facts()
    assert row.changes["asked"].startswith("a ")
    assert not any(part in str(row.changes) for part in typed.split())


def test_each_opening_is_told_and_a_page_that_refreshes_itself_once(desk, grace):
    for headers in ({}, {}, FRAGMENT, FRAGMENT):
        desk.get(record(grace), headers=headers)

    assert len(facts()) == 2


def test_what_a_fragment_shows_anew_is_told(desk, grace):
    board = reverse("patients:banner", args=[grace.pk])

    desk.get(board, headers=FRAGMENT)
    desk.get(board, headers=FRAGMENT)

    assert [row.changes["page"] for row in facts()] == ["patients:banner"]


def test_a_look_ends_after_a_quarter_of_an_hour(desk, grace, monkeypatch):
    desk.get(record(grace))
    monkeypatch.setattr(reading, "ONE_LOOK_SECONDS", 0)

    desk.get(record(grace), headers=FRAGMENT)

    assert len(facts()) == 2


def test_somebody_else_looking_is_told(desk, client, grace, person):
    desk.get(record(grace), headers=FRAGMENT)
    client.force_login(person(Role.CASHIER))
    client.get(record(grace), headers=FRAGMENT)

    assert len({row.context["user_id"] for row in facts()}) == 2


def test_a_refusal_shows_nobody(client, grace, person):
    client.force_login(person(Role.ADMINISTRATOR))

    assert client.get(record(grace)).status_code == 403
    assert facts() == []


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_what_cannot_be_told_is_not_shown(refusing, desk, grace, headers):
    answer = desk.get(record(grace), headers=headers)

    body = answer.content.decode()
    assert (answer.status_code, UNWRITTEN in body) == (503, True)
    assert "OKORO" not in body


def test_forgetting_what_was_told_is_bounded(monkeypatch):
    monkeypatch.setattr(reading, "MOST_LOOKS", 2)
    looks.keep("s", "p", {"1"})
    looks.keep("s", "p", {"2", "3"})

    assert looks.new("s", "p", {"1", "2", "3"}) == {"1"}


@pytest.fixture
def people(db, settings):
    """Five patients, and an hour in which three of them may be opened."""
    settings.RECORDS_AN_HOUR = 3
    return [Patient.objects.create(family_name=f"Okoro{n}", sex="female") for n in range(5)]


def opened(desk, people):
    return [desk.get(record(one)).status_code for one in people]


def test_whoever_opens_more_records_than_a_person_reads_is_stopped_and_that_is_told(desk, people):
    assert opened(desk, people) == [200, 200, 200, 429, 429]

    answer = desk.get(record(people[3]))
    assert "You have opened 3 records within an hour" in answer.content.decode()
    assert "OKORO3" not in answer.content.decode()
    refused = [row.patient_id for row in facts() if row.action == "refuse"]
    assert refused == [people[3].pk, people[4].pk, people[3].pk]


def test_what_was_opened_stays_open_and_lists_and_work_go_on(desk, people):
    opened(desk, people)

    assert opened(desk, people[:3]) == [200, 200, 200]
    assert desk.get(reverse("patients:search"), {"q": "okoro3"}).status_code == 200
    sent = desk.post(reverse("patients:edit", args=[people[3].pk]), {})
    assert sent.status_code in (200, 409, 422)


def test_after_an_hour_others_open_again(desk, people, monkeypatch):
    opened(desk, people)

    monkeypatch.setattr(pace, "time", SimpleNamespace(time=lambda: time.time() + pace.SECONDS))
    assert opened(desk, people[3:]) == [200, 200]


def test_a_colleague_is_counted_for_himself(desk, people, client, person):
    opened(desk, people)

    client.force_login(person(Role.NURSE))
    assert opened(client, people[3:]) == [200, 200]


def test_without_valkey_nobody_is_counted(desk, people, no_valkey):
    assert opened(desk, people) == [200] * 5
