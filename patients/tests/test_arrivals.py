"""Somebody stands at the desk: one visit, one ticket, whoever presses how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from core.outbox.models import OutboxRow
from core.testing.pages import form_on
from patients.domain import arrivals, patients, queue, visits
from patients.models import Patient, Room, Ticket, Visit
from patients.queries import codes
from patients.queries.arrivals import waiting_before
from patients.tests.people import patient

FIFTY = 50
Kind = Room.Kind


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST, given_name="Joy")


@pytest.fixture
def desk(client, joy) -> Client:
    client.force_login(joy)
    return client


@pytest.fixture
def triage(db) -> Room:
    return Room.objects.create(name="Triage 1", kind=Kind.TRIAGE)


def press(client, whom, **sent):
    """The button, in a page that was just fetched."""
    path = reverse("patients:arrive", args=[whom.pk])
    return client.post(path, {"key": str(uuid4()), **sent}, headers={"HX-Request": "true"})


def told(answer) -> dict:
    """The toast in the answer."""
    return answer.headers["HX-Trigger"]


def at_once(times, work) -> list:
    """Each in a thread with its own connection."""

    def alone(number):
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


def test_whoever_comes_in_waits_for_triage_where_there_is_triage(joy, triage):
    assert arrivals.arrive(patient().pk, by=joy).service == Kind.TRIAGE


def test_without_triage_whoever_comes_in_waits_for_the_clinician(joy):
    assert arrivals.arrive(patient().pk, by=joy).service == Kind.CONSULTATION


def test_the_setting_decides_where_to_wait_first(joy, triage, settings):
    settings.FIRST_STOP = "laboratory"

    assert arrivals.arrive(patient().pk, by=joy).service == Kind.LABORATORY


def test_one_press_gives_a_ticket_to_print_or_take_back(desk, triage):
    answer = press(desk, patient())

    ticket = Ticket.objects.get()
    assert answer.status_code == 204
    assert "A001 Triage: OKORO, Grace, next in line." in told(answer)
    assert reverse("patients:print_ticket", args=[ticket.pk]) in told(answer)
    assert reverse("patients:take_back", args=[ticket.pk]) in told(answer)


def test_the_same_press_sent_twice_queues_once_and_says_the_same(desk, triage):
    whom, key = patient(), str(uuid4())

    first, second = press(desk, whom, key=key), press(desk, whom, key=key)

    assert (first.status_code, told(first)) == (second.status_code, told(second))
    assert Ticket.objects.count() == 1


def test_one_page_queues_several_patients(desk, triage):
    key = str(uuid4())

    codes = [press(desk, patient(name), key=key).status_code for name in ("A, One", "B, Two")]

    assert (codes, Ticket.objects.count()) == ([204, 204], 2)


def test_somebody_here_is_not_queued_again_and_the_desk_hears_where_they_are(desk, triage):
    whom = patient()
    press(desk, whom)

    again = press(desk, whom)

    assert again.status_code == 409
    assert "ticket A001, Triage" in told(again)
    assert reverse("patients:record", args=[whom.pk]) in told(again)
    assert Visit.objects.count() == 1


def test_the_dialog_queues_with_all_that_was_said(desk, triage, person):
    doctor = person(Role.CLINICIAN, given_name="Amina")
    whom = patient()
    offered = form_on(desk.get(reverse("patients:arrive", args=[whom.pk])), "arrive-form")

    said = {"provider": doctor.pk, "reason": "Cough", "priority": "urgent"}
    answer = desk.post(reverse("patients:arrive", args=[whom.pk]), {**offered, **said})

    ticket = Ticket.objects.select_related("visit").get()
    assert answer.status_code == 204
    # Anybody takes vital signs; the clinician asked for comes after.
    assert (ticket.service, ticket.provider, ticket.priority) == ("triage", None, "urgent")
    assert (ticket.visit.clinician, ticket.visit.reason) == (doctor, "Cough")


def test_a_room_says_the_service(desk, triage):
    room = Room.objects.create(name="Treatment room", kind=Kind.PROCEDURE)

    press(desk, patient(), room=str(room.pk))

    assert (Ticket.objects.get().label, Ticket.objects.get().room) == ("B001", room)


def test_a_room_of_another_service_is_refused_and_nothing_typed_is_lost(desk, triage):
    answer = press(desk, patient(), room=str(triage.pk), service="laboratory", reason="Blood test")

    assert answer.status_code == 422
    assert "Triage 1 is for triage." in answer.content.decode()
    assert "Blood test" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_taking_back_cancels_the_visit_and_the_patient_can_be_queued_again(desk, triage):
    whom, key = patient(), str(uuid4())
    press(desk, whom, key=key)
    ticket = Ticket.objects.get()

    answer = desk.post(reverse("patients:take_back", args=[ticket.pk]))

    assert "A001 is taken back" in told(answer)
    assert (ticket.visit.tickets.get().state, Visit.objects.get().state) == ("done", "cancelled")
    # The page is still open, with the same key in its button.
    assert "A002" in told(press(desk, whom, key=key))


def test_nobody_takes_back_a_ticket_that_was_called(desk, joy, triage, person):
    ticket = arrivals.arrive(patient().pk, by=joy)
    queue.call(ticket.pk, by=person(Role.NURSE, given_name="Ben"))

    answer = desk.post(reverse("patients:take_back", args=[ticket.pk]))

    assert answer.status_code == 409
    assert "Ben called A001" in told(answer)
    assert Visit.objects.get().is_open


def test_nobody_takes_back_the_arrival_of_a_colleague_or_of_long_ago(
    joy, triage, person, monkeypatch
):
    theirs = arrivals.arrive(patient("A, One").pk, by=person(Role.RECEPTIONIST))
    mine = arrivals.arrive(patient("B, Two").pk, by=joy)

    with pytest.raises(arrivals.TooLate, match="Only whoever queued"):
        arrivals.take_back(theirs.pk, by=joy)
    monkeypatch.setattr(arrivals, "TAKEN_BACK_FOR", timedelta(0))
    with pytest.raises(arrivals.TooLate, match="five minutes"):
        arrivals.take_back(mine.pk, by=joy)


def test_the_urgent_are_called_before_those_who_came_first(joy, triage):
    first, urgent, last = (
        arrivals.arrive(patient(f"P{n}").pk, priority=priority, by=joy)
        for n, priority in enumerate(("routine", "urgent", "routine"))
    )

    assert [waiting_before(ticket) for ticket in (first, urgent, last)] == [1, 0, 2]


def test_save_and_queue_registers_and_queues_in_one_go(desk, triage):
    page = desk.get(reverse("patients:register"))
    typed = {"family_name": "Okoro", "given_names": "Grace", "sex": "female", "reason": "Fever"}

    sent = {**form_on(page, "person"), **typed, "queue": "yes"}
    record = desk.post(reverse("patients:register"), sent, follow=True)

    ticket = Ticket.objects.select_related("visit").get()
    assert (ticket.label, ticket.visit.reason) == ("A001", "Fever")
    assert "A001 Triage: OKORO, Grace, next in line." in record.content.decode()
    assert reverse("patients:take_back", args=[ticket.pk]) in record.content.decode()


def test_when_the_ticket_cannot_be_given_nobody_is_registered_either(desk, triage, monkeypatch):
    def refuse(*args, **facts):
        raise visits.NotToBeSeen("No visit can be started.")

    monkeypatch.setattr(arrivals, "arrive", refuse)
    page = desk.get(reverse("patients:register"))
    typed = {"family_name": "Okoro", "given_names": "Grace", "sex": "female", "queue": "yes"}

    answer = desk.post(reverse("patients:register"), {**form_on(page, "person"), **typed})

    assert answer.status_code == 422
    assert "No visit can be started." in answer.content.decode()
    assert not Patient.objects.exists()


def test_the_ticket_is_printed_without_a_name_and_the_print_is_in_the_audit(desk, joy, triage):
    ticket = arrivals.arrive(patient().pk, by=joy)

    answer = desk.get(reverse("patients:print_ticket", args=[ticket.pk]))

    assert answer["Content-Type"] == "application/pdf"
    fact = OutboxRow.objects.get(action="print")
    assert (fact.entity_type, fact.entity_id) == ("ticket", str(ticket.pk))
    assert fact.patient_id == ticket.patient_id


@pytest.mark.django_db(transaction=True)
def test_fifty_desks_start_one_visit(joy, triage):
    whom = patient()

    def start(_):
        try:
            return arrivals.arrive(whom.pk, by=joy).label
        except visits.AlreadyHere as error:
            return str(error.ticket)

    assert at_once(FIFTY, start) == ["A001"] * FIFTY
    assert (Visit.objects.count(), Ticket.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_fifty_registrations_of_one_person_make_one_patient(joy, triage):
    values = {"family_name": "Okoro", "given_names": "Grace", "sex": "female"}
    values |= {"birth_date": timezone.localdate() - timedelta(days=9000), "phone": "+254712555018"}

    def register(_):
        try:
            patients.register(values, by=joy)
        except patients.LooksLikeSomebody:
            return "known"
        return "registered"

    answers = at_once(FIFTY, register)

    assert (answers.count("registered"), answers.count("known")) == (1, FIFTY - 1)
    assert Patient.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_presses_of_save_and_queue_make_one_patient_with_one_ticket(joy, triage):
    windows = [Client() for _ in range(FIFTY)]
    for window in windows:
        window.force_login(joy)
    page = windows[0].get(reverse("patients:register"))
    typed = {"family_name": "Okoro", "given_names": "Grace", "sex": "female", "born": "38"}
    sent = {**form_on(page, "person"), **typed, "queue": "yes"}

    answers = at_once(
        FIFTY, lambda n: windows[n].post(reverse("patients:register"), sent).status_code
    )

    assert answers == [302] * FIFTY
    counts = Patient.objects.count(), Visit.objects.count(), Ticket.objects.count()
    assert counts == (1, 1, 1)


def test_a_ticket_code_names_its_day():
    day = timezone.localdate()

    scanned = codes.read(codes.ticket_code(day, "A", 12))

    assert (scanned.day, scanned.prefix, scanned.number) == (day, "A", 12)
