"""The waiting-room screen: which numbers, in which order, and nothing else."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from patients.domain import queue, stops, visits
from patients.models import Room, Ticket
from patients.queries.screen import screen
from patients.tests.people import patient

Kind = Room.Kind


@pytest.fixture
def joy(person):
    return person(Role.RECEPTIONIST, given_name="Joy")


@pytest.fixture
def amina(person):
    return person(Role.CLINICIAN, title="Dr", given_name="Amina")


@pytest.fixture
def room(db):
    return Room.objects.create(name="Room 1", kind=Kind.CONSULTATION)


def queued(joy, count, **options):
    """So many who wait, for a clinician unless said otherwise."""
    options = {"service": Kind.CONSULTATION, **options}
    return [visits.start(patient(f"Okoro{n}").pk, by=joy, **options) for n in range(count)]


def test_the_last_call_stands_alone_and_those_before_it_beside(joy, amina, room):
    first, second, third = queued(joy, 3)
    for ticket in (first, second, third):
        queue.call(ticket.pk, room=room, by=amina)
    queue.begin(third.pk, by=amina)
    queue.call(first.pk, by=amina)

    shown = screen()

    assert (shown.now.label, shown.now.place, shown.now.again) == ("A001", "Room 1", True)
    assert [(call.label, call.is_open) for call in shown.before] == [
        ("A002", True),
        ("A003", False),
    ]


def test_a_call_of_long_ago_is_not_shown(joy, amina, room):
    [ticket] = queued(joy, 1)
    queue.call(ticket.pk, room=room, by=amina)
    Ticket.objects.filter(pk=ticket.pk).update(called_at=timezone.now() - timedelta(minutes=21))

    assert screen().now is None


def test_each_call_has_a_stamp_of_its_own(joy, amina, room):
    [ticket] = queued(joy, 1)

    stamps = set()
    for _ in range(2):
        queue.call(ticket.pk, room=room, by=amina)
        stamps.add(screen().now.stamp)

    assert len(stamps) == 2


def test_numbers_come_by_service_the_urgent_first(joy, amina):
    queued(joy, 7)
    [urgent] = queued(joy, 1, priority=Ticket.Priority.URGENT)
    queued(joy, 1, service=Kind.LABORATORY)
    [back] = queued(joy, 1)
    stops.after_consultation(back.visit_id, stop=Kind.CONSULTATION, awaits_results=True, by=amina)

    coming = {one.service: (one.labels, one.more) for one in screen().coming}

    assert coming == {
        "Consultation": ([str(urgent), "A001", "A002", "A003", "A004", "A005"], 2),
        "Laboratory": (["L001"], 0),
    }


def test_nothing_of_a_patient_is_on_the_page(joy, amina, room, client):
    someone = patient("Okonkwo-Bright, Chidinma", born="1988-03-02", phone="+12025550101")
    ticket = visits.start(someone.pk, service=Kind.CONSULTATION, reason="Migraine", by=joy)
    queue.call(ticket.pk, room=room, by=amina)
    client.force_login(joy)

    page = client.get(reverse("patients:screen")).content.decode()
    part = client.get(reverse("patients:screen"), headers={"HX-Request": "true"}).content.decode()

    told = ("Okonkwo", "Chidinma", "1988", "5550101", "Migraine", "Amina", str(someone.mrn))
    ids = (str(someone.pk), str(ticket.pk), str(ticket.visit_id))
    for text in (page, part):
        assert "A001" in text
        assert [one for one in (*told, *ids) if one.lower() in text.lower()] == []
