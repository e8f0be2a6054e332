"""The record of a patient out of both databases: order, pages, kinds, and who sees what."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pymongo.monitoring import CommandListener

from clinical_docs.documents import ClinicalData, DocumentMetadata
from core.accounts.roles import Role
from core.databases import mongo
from core.timeline.queries import PAGE
from patients.models import LabRequest, Patient, Prescription, Problem, Visit
from patients.tests.people import patient

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def grace(db) -> Patient:
    return patient("Okoro, Grace", born="1988-03-02")


@pytest.fixture
def ward(client, person) -> Client:
    client.force_login(person(Role.CLINICIAN))
    return client


def document(one: Patient, at: datetime, data_type: str = "clinical_note", **data) -> str:
    fields = {"title": "Note", "text": "x", **data} if data_type == "clinical_note" else data
    made = ClinicalData(
        patient_id=str(one.pk),
        data_type=data_type,
        members=fields.pop("members", []),
        data=fields,
        created_at=at,
        updated_at=at,
    )
    made.save()
    return made.pk


def problem(one: Patient, at: datetime, title: str = "Asthma") -> str:
    return str(Problem.objects.create(patient=one, title=title, recorded_at=at).pk)


def result(one: Patient, at: datetime, **results) -> str:
    return document(one, at, "lab_result", test_name="Blood", results=results or {"hb": 12.1})


def page_of(client: Client, one: Patient, **asked: str):
    return client.get(reverse("patients:record", args=[one.pk]), asked).context["page"]


def shown(page) -> list[str]:
    """Ids in the order of the page, everything folded away included."""
    ids = []
    for group in page.groups:
        ids += [group.visit.id] if group.visit else []
        ids += [one.id for entry in group.entries for one in (entry, *entry.also)]
    return ids


def read_through(client: Client, one: Patient, **asked: str) -> list[list[str]]:
    """Every page, following the cursor to the end."""
    pages, before = [], None
    while True:
        page = page_of(client, one, **asked, **({"before": str(before)} if before else {}))
        pages.append(shown(page))
        before = page.older
        if before is None:
            return pages
        assert len(pages) < 50


def counts(page) -> dict[str, int]:
    return {kind.name: count for kind, count in page.chips if count}


def test_entries_of_both_databases_are_in_one_order_newest_first(ward, grace, relay):
    first = problem(grace, NOW)
    second = document(grace, NOW + MINUTE)
    third = problem(grace, NOW + 2 * MINUTE)
    fourth = result(grace, NOW + 3 * MINUTE)
    relay()

    assert shown(page_of(ward, grace)) == [fourth, third, second, first]


@pytest.mark.parametrize("micros", [0, 123456], ids=["whole", "within one millisecond"])
def test_pages_have_no_gap_and_repeat_nothing_among_equal_moments(ward, grace, relay, micros):
    at = NOW.replace(microsecond=micros)
    made = [problem(grace, at) for _ in range(PAGE)]
    made += [document(grace, at) for _ in range(PAGE)]
    made += [result(grace, at - MINUTE) for _ in range(PAGE // 2)]
    relay()

    pages = read_through(ward, grace)

    read = [one for page in pages for one in page]
    assert sorted(read) == sorted(made)
    assert [len(page) for page in pages] == [PAGE, PAGE, PAGE // 2]


def test_pages_are_whole_before_the_relay_ran_too(ward, grace):
    made = [document(grace, NOW + n * MINUTE) for n in range(PAGE + 5)]

    pages = read_through(ward, grace)

    assert [one for page in pages for one in page] == made[::-1]


def report(one: Patient, at: datetime, members: list[str]) -> str:
    return document(one, at, "lab_result", test_name="Panel", results={"hb": 1}, members=members)


def test_what_a_report_repeats_is_not_shown_beside_it_on_any_page(ward, grace, relay):
    notes = [document(grace, NOW - n * MINUTE) for n in range(1, PAGE + 1)]
    members = [result(grace, NOW - timedelta(days=1)) for _ in range(6)]
    panel = report(grace, NOW, members)
    relay()

    pages = read_through(ward, grace)

    assert [one for page in pages for one in page] == [panel, *notes]


def test_a_report_of_many_results_does_not_end_the_record(ward, grace, relay):
    panel_of = [result(grace, NOW) for _ in range(PAGE - 1)]
    panel = report(grace, NOW + MINUTE, panel_of)
    older = [document(grace, NOW - n * MINUTE) for n in range(1, 4)]
    relay()

    pages = read_through(ward, grace)

    assert [one for page in pages for one in page] == [panel, *older]


def test_counts_are_of_what_is_shown(ward, grace, relay):
    members = [result(grace, NOW) for _ in range(3)]
    report(grace, NOW, members)
    document(grace, NOW)
    relay()
    problem(grace, NOW)
    document(grace, NOW + MINUTE)

    page = page_of(ward, grace)

    assert counts(page) == {"results": 1, "notes": 2, "history": 1}
    assert len(shown(page)) == page.total == 4


def a_full_record(one: Patient) -> dict[str, list[str]]:
    """Ids by kind."""
    visit = Visit.objects.create(patient=one, opened_at=NOW)
    prescription = Prescription.objects.create(patient=one, state="draft", written_at=NOW)
    line = prescription.items.create(patient=one, drug="Amoxicillin", quantity=15)
    order = LabRequest.objects.create(patient=one, name="Ferritin", requested_at=NOW)
    file = DocumentMetadata(
        document_id=str(uuid4()), patient_id=str(one.pk), title="Letter", uploaded_at=NOW
    )
    file.save()
    return {
        "visits": [str(visit.pk)],
        "results": [str(order.pk), result(one, NOW), document(one, NOW, "imaging", report="Clear")],
        "vitals": [document(one, NOW, "vital_signs", results={"pulse": 60})],
        "medicines": [str(line.pk)],
        "history": [problem(one, NOW)],
        "notes": [document(one, NOW)],
        "files": [file.pk],
        "other": [document(one, NOW, "questionnaire", answers={"1": "no"})],
    }


def test_each_kind_is_shown_alone_and_all_together(ward, grace, relay):
    made = a_full_record(grace)
    relay()

    alone = {kind: sorted(shown(page_of(ward, grace, kind=kind))) for kind in made}
    together = page_of(ward, grace)

    assert alone == {kind: sorted(ids) for kind, ids in made.items()}
    assert sorted(shown(together)) == sorted(one for ids in made.values() for one in ids)
    assert counts(together) == {kind: len(ids) for kind, ids in made.items()}


@pytest.mark.parametrize(
    "data_type", ["clinical_note", "lab_result", "imaging", "diagnostic_report", "questionnaire"]
)
def test_what_was_entered_in_error_is_struck_out_in_words_too(ward, grace, data_type):
    data = {"title": "Note", "text": "of somebody else", "results": {"hb": 12.1}}
    fields = {"patient_id": str(grace.pk), "data_type": data_type, "data": data, "created_at": NOW}
    ClinicalData(**fields, status="entered_in_error").save()
    address = reverse("patients:record", args=[grace.pk])

    withdrawn = ward.get(address).content.decode()
    ClinicalData(**fields).save()
    both = ward.get(address).content.decode()

    told = [
        (page.count("is-withdrawn"), page.count("entered in error")) for page in (withdrawn, both)
    ]
    assert told == [(1, 1), (1, 1)]


CLINICAL = {"results", "vitals", "medicines", "history", "notes", "files", "other"}
SEEN_BY = {
    Role.NURSE: {"visits", *CLINICAL},
    Role.LAB: {"visits", *CLINICAL},
    Role.RECEPTIONIST: {"visits"},
    Role.CASHIER: {"visits", "billing"},
    Role.MANAGER: {"visits", "billing"},
    Role.AUDITOR: {"visits"},
}


@pytest.mark.parametrize("role", SEEN_BY)
@pytest.mark.parametrize("delivered", [True, False], ids=["delivered", "waiting"])
def test_a_role_sees_its_kinds_only_however_it_asks(client, person, grace, relay, role, delivered):
    made = a_full_record(grace)
    if delivered:
        relay()
    client.force_login(person(role))
    seen = {kind: ids for kind, ids in made.items() if kind in SEEN_BY[role]}

    page = page_of(client, grace)
    asked = {kind: shown(page_of(client, grace, kind=kind)) for kind in CLINICAL}
    body = client.get(reverse("patients:record", args=[grace.pk])).content.decode()

    assert sorted(shown(page)) == sorted(one for ids in seen.values() for one in ids)
    assert counts(page) == {kind: len(ids) for kind, ids in seen.items()}
    hidden = {one for kind in CLINICAL - seen.keys() for one in made[kind]}
    assert hidden.isdisjoint(one for ids in asked.values() for one in ids)
    if "notes" not in seen:
        assert not any(word in body for word in ("Amoxicillin", "Asthma", "Ferritin", "Letter"))


def test_what_was_measured_is_closed_to_the_desk(client, person, grace):
    result(grace, NOW)
    client.force_login(person(Role.RECEPTIONIST))

    assert client.get(reverse("clinical_docs:measured", args=[grace.pk])).status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "notes' OR 1=1"}, {"kind": "x"}, {"kind": "\x00"}, {"before": "x"},
        {"before": "2026-11-23T09:00:00Z~\x00"}, {"before": "0001-01-01T00:00:00+14:00~a"},
        {"before": "9999-12-31T23:59:59-14:00~a"}, {"before": "9999-12-31T23:59:59Z~z"},
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_shows_the_record(ward, grace, relay, asked):
    made = document(grace, NOW)
    relay()

    assert shown(page_of(ward, grace, **asked)) == [made]


def test_without_mongodb_the_rows_and_what_waits_are_shown_with_a_notice(ward, grace, monkeypatch):
    made = [problem(grace, NOW), document(grace, NOW + MINUTE)]
    monkeypatch.setattr(settings, "MONGODB_URL", "mongodb://127.0.0.1:1/nowhere")
    monkeypatch.setattr(mongo.breaker, "_retry_at", 0.0)

    answer = ward.get(reverse("patients:record", args=[grace.pk]))

    page = answer.context["page"]
    assert (answer.status_code, page.is_delayed, shown(page)) == (200, True, made[::-1])
    assert counts(page) == {"history": 1, "notes": 1}
    assert "their store does not answer" in answer.content.decode()
    monkeypatch.setattr(mongo.breaker, "_retry_at", 0.0)


class Commands(CommandListener):
    """Names of the commands sent to MongoDB."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event) -> None:
        # The first command of a connection introduces it.
        if not event.command_name.startswith("sasl"):
            self.names.append(event.command_name)

    def succeeded(self, event) -> None:
        pass

    def failed(self, event) -> None:
        pass


@pytest.fixture
def commands():
    """What this test sends to MongoDB."""
    listener = Commands()
    client = mongo.MongoClient(settings.MONGODB_URL, **mongo.SAFE, event_listeners=[listener])
    with client, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mongo, "client", lambda *_: client)
        yield listener.names


def test_a_screen_takes_three_questions_of_each_database_however_full(ward, grace, relay, commands):
    other = patient("Diallo, Ada")
    a_full_record(other)
    for number in range(3):
        document(grace, NOW + number * MINUTE)
        problem(grace, NOW + number * MINUTE)
        result(grace, NOW + number * MINUTE)
    relay()
    asked = {}
    for one in (grace, other):
        commands.clear()
        with CaptureQueriesContext(connection) as statements:
            ward.get(reverse("patients:record", args=[one.pk]), headers={"HX-Request": "true"})
        content = [q["sql"] for q in statements if not is_of_the_session(q["sql"])]
        asked[one.family_name] = (len(content), list(commands))

    assert asked["Okoro"] == asked["Diallo"]
    # Beside them: whether the record is restricted, and the entry in the audit with its savepoint.
    assert asked["Okoro"][0] <= 3 + 1 + 3
    assert len(asked["Okoro"][1]) <= 3


def is_of_the_session(statement: str) -> bool:
    return '"sessions"' in statement or 'FROM "users"' in statement


def supersede(one: Patient, older: str, status: str, hb: float) -> str:
    made = ClinicalData(
        patient_id=str(one.pk), data_type="lab_result", status=status, supersedes=older,
        data={"test_name": "Blood", "results": {"hb": hb}},
    )  # fmt: skip
    return str(made.save().pk)


@pytest.mark.parametrize("is_delivered", [True, False])
def test_of_a_result_and_its_steps_only_the_last_is_shown(ward, grace, relay, is_delivered):
    first = result(grace, NOW)
    second = supersede(grace, first, "preliminary", 12.4)
    final = supersede(grace, second, "final", 12.5)
    if is_delivered:
        relay()

    groups = page_of(ward, grace).groups
    entries = [entry for group in groups for entry in group.entries]

    assert [(one.id, one.is_replaced) for one in entries] == [(final, False)]


@pytest.mark.parametrize("is_delivered", [True, False])
def test_what_an_amendment_replaces_stays_marked(ward, grace, relay, is_delivered):
    final = result(grace, NOW)
    amended = supersede(grace, final, "amended", 11.1)
    if is_delivered:
        relay()

    groups = page_of(ward, grace).groups
    entries = [entry for group in groups for entry in group.entries]

    assert [(one.id, one.is_replaced) for one in entries] == [(amended, False), (final, True)]
