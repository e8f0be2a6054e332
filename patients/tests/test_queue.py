"""Tickets: numbers, hand-overs, and what a colleague did meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection

from core.accounts.roles import Role
from core.errors import NotAllowed
from patients.domain import queue, stops, visits
from patients.models import LabRequest, Prescription, Room, Ticket, Visit
from patients.signals import consulted
from patients.tests.people import patient

Kind = Room.Kind


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST, given_name="Joy")


@pytest.fixture
def ben(person):
    return person(Role.NURSE, given_name="Ben")


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, given_name="Dr Amina")


@pytest.fixture
def ticket(joy):
    return visits.start(patient().pk, by=joy)


def states(ticket):
    fresh = Ticket.objects.select_related("visit").get(pk=ticket.pk)
    return fresh.service, fresh.state, fresh.visit.state


def test_a_walk_in_gets_the_days_first_number_and_waits_for_triage(ticket):
    assert ticket.label == "A001"
    assert states(ticket) == ("triage", "waiting", "registered")


def test_numbers_go_on_per_letter(joy):
    services = (Kind.TRIAGE, Kind.CONSULTATION, Kind.LABORATORY, Kind.PROCEDURE)

    labels = [
        visits.start(patient(f"P{n}").pk, service=s, by=joy).label for n, s in enumerate(services)
    ]

    assert labels == ["A001", "A002", "L001", "B001"]


def test_a_second_visit_is_refused_and_says_where_the_first_is(ticket, joy):
    with pytest.raises(visits.AlreadyHere) as refused:
        visits.start(ticket.patient_id, by=joy)

    assert "ticket A001, Triage" in str(refused.value)
    assert refused.value.ticket == ticket


def test_the_dead_are_not_queued(joy):
    dead = patient(deceased_at="2020-01-01T00:00Z")

    with pytest.raises(visits.NotToBeSeen, match="has died"):
        visits.start(dead.pk, by=joy)


def test_a_lab_technician_opens_no_visit(person):
    with pytest.raises(NotAllowed):
        visits.start(patient().pk, by=person(Role.LAB))


def test_the_way_through_the_house(ticket, ben, amina):
    way = [states(ticket)]
    visit = ticket.visit_id
    queue.call(ticket.pk, by=ben)
    queue.begin(ticket.pk, by=ben)
    way.append(states(ticket))
    stops.after_triage(visit, by=ben)
    way.append(states(ticket))
    queue.begin(ticket.pk, by=amina)
    way.append(states(ticket))
    stops.after_consultation(visit, by=amina)
    way.append(states(ticket))
    visits.close(visit, by=amina)
    way.append(states(ticket))

    assert way == [
        ("triage", "waiting", "registered"),
        ("triage", "in_service", "registered"),
        ("consultation", "waiting", "triaged"),
        ("consultation", "in_service", "in_consultation"),
        ("cash_desk", "waiting", "ready_to_bill"),
        ("cash_desk", "done", "closed"),
    ]


def test_the_clinician_who_begins_is_the_visits_clinician(ticket, amina):
    stops.after_triage(ticket.visit_id, by=amina)

    queue.begin(ticket.pk, by=amina)

    assert Visit.objects.get(pk=ticket.visit_id).clinician == amina


def test_with_tests_and_medicines_the_way_is_longer(ticket, ben, amina):
    visit = Visit.objects.get(pk=ticket.visit_id)
    request = order(visit)
    prescription = prescribe(visit)
    stops.after_triage(visit.pk, by=ben)
    queue.begin(ticket.pk, by=amina)

    first = stops.after_consultation(visit.pk, by=amina)
    LabRequest.objects.filter(pk=request.pk).update(state="collected")
    second = stops.send_on(visit.pk, after=Kind.LABORATORY, by=ben)
    Prescription.objects.filter(pk=prescription.pk).update(state="dispensed")
    third = stops.send_on(visit.pk, after=Kind.PHARMACY, by=ben)

    assert [one.service for one in (first, second, third)] == [
        Kind.LABORATORY,
        Kind.PHARMACY,
        Kind.CONSULTATION,
    ]
    assert states(ticket) == ("consultation", "waiting", "awaiting_results")


def test_results_bring_the_patient_back_to_the_same_clinician(ticket, ben, amina):
    visit = Visit.objects.get(pk=ticket.visit_id)
    request = order(visit)
    queue.transfer(ticket.pk, service=Kind.CONSULTATION, by=ben)
    queue.begin(ticket.pk, by=amina)
    stops.after_consultation(visit.pk, by=amina)
    LabRequest.objects.filter(pk=request.pk).update(state="collected")
    back = stops.send_on(visit.pk, after=Kind.LABORATORY, by=ben)
    waiting = stops.results_are_in(Visit.objects.get(pk=visit.pk))
    LabRequest.objects.filter(pk=request.pk).update(state="resulted")
    LabRequest.objects.filter(pk=request.pk).update(state="verified")

    assert back.provider == amina
    assert [waiting, stops.results_are_in(Visit.objects.get(pk=visit.pk))] == [False, True]


def test_a_station_the_patient_has_left_does_not_move_them(ticket, ben):
    stops.after_triage(ticket.visit_id, by=ben)

    stops.send_on(ticket.visit_id, after=Kind.TRIAGE, by=ben)

    assert Ticket.objects.get(pk=ticket.pk).service == Kind.CONSULTATION


def test_who_was_slower_is_told_who_did_what(ticket, ben, amina):
    queue.call(ticket.pk, version=ticket.version, by=ben)

    with pytest.raises(
        queue.MovedMeanwhile, match=r"Ben called A001 at \d\d:\d\d\. It is at Triage, called\."
    ):
        queue.call(ticket.pk, version=ticket.version, by=amina)


def test_each_step_can_be_taken_back_by_who_took_it(ticket, ben, amina):
    queue.transfer(ticket.pk, service=Kind.CONSULTATION, by=amina)
    before = states(ticket)
    queue.begin(ticket.pk, by=amina)
    move = queue.last_move(ticket)

    with pytest.raises(queue.TooLate):
        queue.undo(move.pk, by=ben)
    queue.undo(move.pk, by=amina)

    assert states(ticket) == before
    assert Visit.objects.get(pk=ticket.visit_id).clinician is None
    with pytest.raises(queue.MovedMeanwhile):
        queue.undo(move.pk, by=amina)


def test_leaving_ends_the_visit_and_can_be_taken_back(ticket, joy):
    queue.leave(ticket.pk, by=joy)
    gone = states(ticket)
    queue.undo(queue.last_move(ticket).pk, by=joy)

    assert gone == ("triage", "left", "cancelled")
    assert states(ticket) == ("triage", "waiting", "registered")


def test_nobody_is_called_after_leaving(ticket, joy):
    queue.leave(ticket.pk, by=joy)

    with pytest.raises(queue.NotHere, match="A001 is left already"):
        queue.call(ticket.pk, by=joy)


def test_a_visit_nobody_has_seen_is_cancelled_not_closed(ticket, joy):
    with pytest.raises(visits.NotSeenYet):
        visits.close(ticket.visit_id, by=joy)

    visits.cancel(ticket.visit_id, by=joy)
    assert states(ticket) == ("triage", "done", "cancelled")


def test_calling_again_counts(ticket, ben):
    for _ in range(3):
        queue.call(ticket.pk, by=ben)

    assert Ticket.objects.get(pk=ticket.pk).called_count == 3


def test_what_listens_can_refuse_the_end_of_a_consultation(ticket, amina):
    def refuse(sender, **sent):
        raise LookupError("no price")

    queue.transfer(ticket.pk, service=Kind.CONSULTATION, by=amina)
    queue.begin(ticket.pk, by=amina)
    before = states(ticket)
    consulted.connect(refuse)
    try:
        with pytest.raises(LookupError, match="no price"):
            stops.after_consultation(ticket.visit_id, by=amina)
    finally:
        consulted.disconnect(refuse)

    assert states(ticket) == before


def test_the_database_notes_when_a_visit_changes_its_state(ticket, ben):
    stops.after_triage(ticket.visit_id, by=ben)

    noted = Visit.objects.get(pk=ticket.visit_id).transitions.values_list(
        "from_state", "to_state", "by_id"
    )

    assert list(noted) == [("registered", "triaged", ben.pk)]


def test_a_steps_history_is_not_rewritten(ticket, ben):
    queue.call(ticket.pk, by=ben)

    with pytest.raises(IntegrityError, match="never changed"):
        ticket.moves.update(act="skip")


@pytest.mark.django_db(transaction=True)
def test_fifty_patients_at_once_get_fifty_numbers(joy):
    people = [patient(f"P{n}").pk for n in range(50)]

    with ThreadPoolExecutor(10) as desks:
        given = list(desks.map(lambda pk: started(pk, joy), people))

    assert sorted(given) == [f"A{n:03d}" for n in range(1, 51)]


@pytest.mark.django_db(transaction=True)
def test_fifty_starts_of_one_patient_make_one_visit(joy):
    one = patient().pk

    with ThreadPoolExecutor(10) as desks:
        answers = list(desks.map(lambda _: started(one, joy), range(50)))

    assert (answers.count("A001"), answers.count("here already")) == (1, 49)
    assert Visit.objects.count() == 1


def started(pk, by):
    try:
        return visits.start(pk, by=by).label
    except visits.AlreadyHere:
        return "here already"
    finally:
        connection.close()


def order(visit):
    return LabRequest.objects.create(
        patient=visit.patient, visit=visit, name="CBC", requested_at=visit.opened_at
    )


def prescribe(visit):
    return Prescription.objects.create(
        patient=visit.patient,
        visit=visit,
        state="signed",
        written_at=visit.opened_at,
        signed_at=visit.opened_at,
    )


def test_seen_results_let_the_patient_go_to_the_cash_desk(ticket, ben, amina):
    visit = Visit.objects.get(pk=ticket.visit_id)
    request = order(visit)
    queue.transfer(ticket.pk, service=Kind.CONSULTATION, by=ben)
    queue.begin(ticket.pk, by=amina)
    stops.after_consultation(visit.pk, by=amina)
    LabRequest.objects.filter(pk=request.pk).update(state="collected")
    stops.send_on(visit.pk, after=Kind.LABORATORY, by=ben)

    too_early = stops.after_results(visit.pk, by=amina)
    for state in ("resulted", "verified"):
        LabRequest.objects.filter(pk=request.pk).update(state=state)
    gone = stops.after_results(visit.pk, by=amina)

    assert too_early is None
    assert gone.service == Kind.CASH_DESK
    assert states(ticket) == ("cash_desk", "waiting", "ready_to_bill")
    queue.undo(queue.last_move(ticket).pk, by=amina)
    assert states(ticket) == ("consultation", "waiting", "awaiting_results")
