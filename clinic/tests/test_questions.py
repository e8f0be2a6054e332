"""How many questions a page asks: as many for one row as for fifty."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pymongo import monitoring

from billing.models import Charge
from clinical_docs.domain import notes, vitals
from clinical_docs.models import Document, DocumentVersion
from core.accounts.roles import PERMISSIONS, Role
from core.databases import mongo
from patients.domain import allergies, visits
from patients.models import (
    Allergy,
    Appointment,
    LabRequest,
    Patient,
    Prescription,
    Room,
    Ticket,
    Visit,
)

FEW, MANY = 1, 50
# What every page costs beside its content: the session, who is signed in, what the audit is told,
# what the rail counts.
AROUND = (
    'COUNT(*) AS "__count" FROM "queue_tickets"',
    '"sessions"',
    'FROM "users"',
    "set_config",
    "SAVEPOINT",
    "BEGIN",
    "COMMIT",
    "COPY outbox",
)


class Commands(monitoring.CommandListener):
    """What is asked of MongoDB."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event) -> None:
        self.names.append(event.command_name)

    def succeeded(self, event) -> None:
        """Only questions count."""

    def failed(self, event) -> None:
        """Only questions count."""


@pytest.fixture
def commands(transactional_db: None) -> Iterator[Commands]:
    """What the pages of a test ask of MongoDB."""
    heard = Commands()
    mongo.close()
    mongo.client(event_listeners=[heard])
    yield heard
    mongo.connect_documents()


def register(count: int) -> list[Patient]:
    """People with one family name, each with a visit that is open."""
    made = [
        Patient.objects.create(
            family_name="Okoro", given_names=f"Grace{n}", sex="female", birth_date=date(1980, 1, 1)
        )
        for n in range(count)
    ]
    for patient in made:
        Visit.objects.create(patient=patient, opened_at=timezone.now())
    return made


def asked(client, path: str) -> list[str]:
    """The statements of a page's content: without those of the rail's counts, which every page has."""
    rail = {shape(sql) for sql in statements(client, reverse("shell:menu"))}
    cache.clear()
    return [sql for sql in statements(client, path) if shape(sql) not in rail]


def statements(client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(path)
    assert answer.status_code == 200
    return [one["sql"] for one in seen if not any(part in one["sql"] for part in AROUND)]


def shape(statement: str) -> str:
    """Without the moment and the day it asks for."""
    return re.sub(r"'[^']*'", "''", statement)


@pytest.mark.parametrize("role", [role for role in Role if "patients.view" in PERMISSIONS[role]])
def test_front_page_asks_as_much_for_one_row_as_for_fifty(role, person, client):
    client.force_login(person(role))
    register(FEW)
    few = asked(client, reverse("home"))

    register(MANY - FEW)

    assert len(asked(client, reverse("home"))) == len(few)


def queue_up(count: int, *, by) -> None:
    """As many wait, each with an allergy, a test and something to pay."""
    for made in register(count):
        Visit.objects.filter(patient=made).update(state="cancelled")
        ticket = visits.start(made.pk, service=Room.Kind.CONSULTATION, by=by)
        of_visit = {"patient_id": made.pk, "visit_id": ticket.visit_id}
        Allergy.objects.create(patient=made, substance="Latex")
        LabRequest.objects.create(name="TSH", requested_at=timezone.now(), **of_visit)
        source = {"source_type": "visit", "source_id": ticket.visit_id}
        Charge.objects.create(description="Visit", unit_price=Decimal(10), **source, **of_visit)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", [role for role in Role if "queue.view" in PERMISSIONS[role]])
@pytest.mark.parametrize("page", ["patients:queue", "patients:screen"])
def test_queue_asks_as_much_for_one_ticket_as_for_fifty(page, role, person, client, commands):
    client.force_login(person(role))
    joy = person(Role.RECEPTIONIST)
    queue_up(FEW, by=joy)
    few = asked(client, reverse(page))

    queue_up(MANY - FEW, by=joy)
    commands.names.clear()
    many = asked(client, reverse(page))

    assert len(many) == len(few) <= 12, many
    assert commands.names in ([], ["find"])


def test_search_asks_as_much_for_one_row_as_for_fifty(person, client):
    client.force_login(person(Role.RECEPTIONIST))
    # Where few are found, names that sound alike are asked for as well: so five are few here.
    register(5)
    # The first search of a process asks how letters lose their accents, for all that follow.
    asked(client, reverse("patients:search") + "?q=okoro")
    few = asked(client, reverse("patients:search") + "?q=okoro")

    register(MANY - 5)

    assert len(asked(client, reverse("patients:search") + "?q=okoro")) == len(few)


@pytest.mark.django_db(transaction=True)
def test_record_asks_as_much_for_three_entries_as_for_a_hundred(person, client, commands, relay):
    clinician = person(Role.CLINICIAN)
    client.force_login(clinician)
    [patient] = register(1)
    write(patient, FEW, by=clinician)
    relay()
    record = reverse("patients:record", args=[patient.pk])
    few = asked(client, record)

    write(patient, MANY, by=clinician)
    relay()
    commands.names.clear()
    many = asked(client, record)

    # One of them is whether the record is restricted.
    assert len(few) == len(many) <= 4, [len(few), *many]
    # What reports repeat; the page with its counts. With the last values below, three a screen.
    assert commands.names == ["aggregate"] * 2
    commands.names.clear()
    asked(client, reverse("clinical_docs:measured", args=[patient.pk]))
    assert commands.names == ["find"]


def write(patient: Patient, count: int, *, by) -> None:
    """As many visits' worth of entries."""
    for n in range(count):
        Prescription.objects.create(patient=patient, prescriber=by, written_at=timezone.now())
        vitals.record(patient.pk, values={"pulse": Decimal(70 + n % 30)}, by=by)
        notes.write(patient.pk, text=f"Note {n}", by=by)


def wait_for_triage(count: int, *, by) -> list[Ticket]:
    """As many at triage, each with a reason and an allergy."""
    tickets = [visits.start(one.pk, reason="Fever", by=by) for one in patients_of("Waits", count)]
    for ticket in tickets:
        allergies.add(ticket.patient_id, substance="Latex", by=by)
    return tickets


def patients_of(family: str, count: int) -> list[Patient]:
    known = Patient.objects.filter(family_name=family).count()
    return [
        Patient.objects.create(family_name=family, given_names=f"Ada{known + n}", sex="female")
        for n in range(count)
    ]


@pytest.mark.parametrize("page", ["list", "one"])
def test_triage_asks_as_much_for_one_who_waits_as_for_fifty(page, person, client):
    nurse = person(Role.NURSE)
    client.force_login(nurse)
    [first, _] = wait_for_triage(2, by=nurse)
    one = reverse("clinical_docs:triage_visit", args=[first.visit_id])
    address = {"list": reverse("clinical_docs:triage"), "one": one}[page]
    few = asked(client, address)

    wait_for_triage(MANY - 2, by=nurse)

    assert len(asked(client, address)) == len(few)


def test_allergies_ask_as_much_for_one_as_for_fifty(person, client):
    nurse = person(Role.NURSE)
    client.force_login(nurse)
    [patient] = patients_of("Itches", 1)
    panel = reverse("patients:allergies", args=[patient.pk])
    allergies.add(patient.pk, substance="Penicillin", by=nurse)
    few = asked(client, panel)

    for n in range(MANY):
        allergies.add(patient.pk, substance=f"Substance {n}", by=nurse)

    assert len(asked(client, panel)) == len(few)


def results_for(clinician, count: int) -> None:
    """As many results that nobody has looked at, each with a value out of its range."""
    for one in patients_of("Awaits", count):
        visit = Visit.objects.create(patient=one, opened_at=timezone.now(), clinician=clinician)
        LabRequest.objects.create(
            patient=one, visit=visit, requester=clinician, name="CRP", requested_at=timezone.now(),
            resulted_at=timezone.now(), verified_at=timezone.now(), state=LabRequest.State.VERIFIED,
            entered={
                "results": {"c_reactive_protein": 48}, "flags": {"c_reactive_protein": "H"},
                "names": {"c_reactive_protein": "C-reactive protein"},
            },
        )  # fmt: skip


def test_results_ask_as_much_for_one_as_for_fifty(person, client):
    clinician = person(Role.CLINICIAN)
    client.force_login(clinician)
    inbox = reverse("clinical_docs:results")
    results_for(clinician, FEW)
    few = asked(client, inbox)

    results_for(clinician, MANY - FEW)

    assert client.get(inbox).content.decode().count("AWAITS") >= MANY
    assert len(asked(client, inbox)) == len(few)


def book(provider, count: int) -> None:
    """As many appointments of today, half of them by whoever is here already."""
    now = timezone.localtime().replace(hour=8, minute=0)
    for n, one in enumerate(patients_of("Booked", count)):
        begins = now + timedelta(minutes=Appointment.objects.count())
        period = DateTimeTZRange(begins, begins + timedelta(minutes=1))
        facts = {"patient": one, "provider": provider, "period": period}
        if n % 2:
            visit = Visit.objects.create(patient=one, opened_at=timezone.now())
            facts |= {"visit": visit, "state": Appointment.State.ARRIVED}
        Appointment.objects.create(**facts)


def test_today_asks_as_much_for_two_as_for_fifty(person, client):
    client.force_login(person(Role.RECEPTIONIST))
    clinician = person(Role.CLINICIAN)
    page = reverse("patients:today")
    book(clinician, 2)
    few = asked(client, page)

    book(clinician, MANY - 2)

    assert client.get(page).content.decode().count("BOOKED") >= MANY
    assert len(asked(client, page)) == len(few)


def keep_documents(patient: Patient, count: int, *, by) -> None:
    """Rows alone: the list asks for no bytes."""
    for n in range(count):
        document = Document.objects.create(patient=patient, category="photo", title=f"Photo {n}")
        DocumentVersion.objects.create(
            document=document, patient=patient, number=1, filename="a.jpg", mime="image/jpeg",
            size=1, sha256="0", sent_sha256="0", pages=1, width=1, height=1, scan="clean",
            storage_key=f"{document.pk}", thumbnail_key="x", uploaded_by=by, uploaded_at=timezone.now(),
        )  # fmt: skip


@pytest.mark.parametrize("page", ["list", "one"])
def test_documents_ask_as_much_for_one_as_for_two_hundred(page, person, client):
    nurse = person(Role.NURSE)
    client.force_login(nurse)
    [patient] = patients_of("Photographed", 1)
    keep_documents(patient, 1, by=nurse)
    document = Document.objects.get()
    one = reverse("clinical_docs:document", args=[document.pk])
    address = {"list": reverse("clinical_docs:documents", args=[patient.pk]), "one": one}[page]
    few = asked(client, address)

    keep_documents(patient, 199, by=nurse)

    many = asked(client, address)
    assert len(many) == len(few) <= 8, many
