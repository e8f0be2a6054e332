"""The trail of a patient's record: who saw and changed what."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.entries import audit_entry
from audit.views.changes import ALTERED, SHREDDED
from audit.views.lines import lines
from core.accounts.roles import Role
from core.capture.context import acting
from core.crypto.tests.test_envelope import shred
from core.databases import mongo
from core.databases.breaker import Breaker
from core.outbox.domain import put_fact
from core.outbox.models import OutboxRow
from core.shell.words import clinic_datetime
from patients.models import Patient, Problem

PHONE = "+15550101"
CHANGED = ("Changed", "Ben Okafor", "Allergy status, phone", "asked at the desk")
CREATED = ("Created", "Ben Okafor", "6 fields", "")


def trail(client, reader, patient, **filters):
    client.force_login(reader)
    return client.get(reverse("audit:patient", args=[patient.pk]), filters)


def told(lines) -> list[tuple]:
    return [(line.act, line.who, line.summary, line.reason) for line in lines]


def test_what_was_just_done_is_there_before_mongodb_has_it(client, auditor, grace):
    page = trail(client, auditor, grace)

    assert (told(page.context["waiting"]), page.context["lines"]) == ([CHANGED, CREATED], [])


@pytest.mark.django_db(transaction=True)
def test_what_has_arrived_is_shown_once_with_its_number(client, auditor, grace, relay):
    relay()

    page = trail(client, auditor, grace)

    assert told(page.context["lines"]) == [CHANGED, CREATED]
    assert [line.seq for line in page.context["lines"]] == [4, 3]
    assert page.context["waiting"] == []


@pytest.mark.django_db(transaction=True)
def test_without_mongodb_it_says_so_and_shows_what_waits(client, auditor, grace, monkeypatch):
    monkeypatch.setattr(mongo.settings, "MONGODB_URL", "mongodb://127.0.0.1:1/")
    monkeypatch.setattr(mongo, "breaker", Breaker(mongo.UNREACHABLE))

    page = trail(client, auditor, grace)

    assert "store does not answer" in page.content.decode()
    assert told(page.context["waiting"]) == [CHANGED, CREATED]


def test_opening_it_is_itself_in_the_trail(client, auditor, grace):
    trail(client, auditor, grace)

    row = OutboxRow.objects.get(action="view_audit")
    assert (row.patient_id, row.context["user_id"]) == (grace.pk, str(auditor.pk))


def test_its_own_refresh_is_not(client, auditor, grace):
    client.force_login(auditor)
    client.get(reverse("audit:patient", args=[grace.pk]), headers={"HX-Request": "true"})

    assert not OutboxRow.objects.filter(action="view_audit").exists()


def entry_of(row: OutboxRow) -> dict:
    return {"_id": row.event_id, **audit_entry(row)}


def changes(page) -> dict:
    return {change.name: change for change in page.context["waiting"][0].changes}


def test_what_is_encrypted_opens_with_its_entry_and_is_not_in_the_line(client, auditor, grace):
    grace.phone = "+254712555019"
    grace.save(update_fields=["phone"])

    page = trail(client, auditor, grace)

    assert changes(page)["Phone"].sentence == f"Phone: {PHONE} → +254712555019"
    assert page.context["waiting"][0].summary == "Phone"


def test_what_leaves_the_house_says_only_that_it_changed(auditor, grace):
    entry = entry_of(OutboxRow.objects.get(entity_id=grace.pk, operation="U"))

    [line] = lines([entry], auditor, leaves=True)

    said = [change.sentence for change in line.changes]
    assert said == ["Allergy status: Allergies not asked → No known allergies", "Phone: sealed"]


@pytest.mark.django_db(transaction=True)
def test_what_was_destroyed_or_altered_says_so_instead(client, auditor, grace):
    row = OutboxRow.objects.get(entity_id=grace.pk, operation="U")
    other = Patient.objects.create(family_name="Hassan", sex="male", phone=PHONE)
    stolen = OutboxRow.objects.get(entity_id=other.pk).changes["phone"]
    entry = entry_of(row)
    moved = {**entry, "changes": {"phone": ["", stolen]}}
    cut = {**entry, "changes": {"phone": ["", "sealed:djEx="]}}
    assert [lines([one], auditor)[0].changes[0].veiled for one in (moved, cut)] == [ALTERED] * 2

    shred(str(grace.pk))

    assert [c.veiled for c in lines([entry], auditor)[0].changes] == ["", SHREDDED]


def test_a_name_written_like_something_encrypted_is_a_name(auditor, db):
    made = Patient.objects.create(family_name="sealed:?", sex="male")

    [line] = lines([entry_of(OutboxRow.objects.get(entity_id=made.pk))], auditor)

    assert "sealed:?" in {change.after for change in line.changes}


@pytest.mark.parametrize(("role", "shown"), [(Role.AUDITOR, False), (Role.CLINICIAN, True)])
def test_clinical_values_are_for_those_who_may_read_the_record(client, person, grace, role, shown):
    Problem.objects.create(patient=grace, title="Gout of the left foot")

    page = trail(client, person(role), grace, entity="problem")

    assert len(page.context["waiting"]) == 1
    assert ("Gout of the left foot" in page.content.decode()) is shown


def test_another_patients_entries_are_not_in_it(client, auditor, grace):
    other = Patient.objects.create(family_name="Hassan", sex="male")

    page = trail(client, auditor, other)

    assert [line.summary for line in page.context["waiting"]] == ["5 fields"]


def test_it_is_narrowed_by_person_act_kind_and_day(client, auditor, grace, visit):
    with acting(user_id=auditor.pk):
        put_fact("print", entity_type="patient", entity_id=grace.pk, patient_id=grace.pk)

    def found(**filters) -> list[str]:
        lines = trail(client, auditor, grace, **filters).context["waiting"]
        return [f"{one.act} {one.thing}" for one in lines if one.action != "view_audit"]

    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
    assert found(who="okafor") == ["Changed Patient", "Created Patient"]
    assert found(who="auditor") == ["Printed Patient"]
    assert found(action="print") == ["Printed Patient"]
    assert found(entity="visit") == ["Created Visit"]
    assert len(found(since=today.isoformat(), until=today.isoformat())) == 4
    assert found(since=tomorrow.isoformat()) == []


@pytest.mark.django_db(transaction=True)
def test_older_pages_hold_every_entry_once_even_of_one_millisecond(client, auditor, grace, relay):
    relay()
    log, moment = mongo.collection("audit_logs"), timezone.now()
    log.insert_many(
        {
            "_id": f"e{n}",
            "seq": 1000 + n,
            "timestamp": moment,
            "action": "view",
            "entity_type": "patient",
            "patient_id": str(grace.pk),
        }
        for n in range(120)
    )

    numbers, before = [], ""
    for _ in range(3):
        page = trail(client, auditor, grace, before=before, action="view")
        numbers += [line.seq for line in page.context["lines"]]
        before = str(page.context["page"].older or "")

    assert numbers == list(range(1119, 999, -1))
    assert before == ""


def test_a_stranger_to_the_patient_and_one_without_the_right_do_not_get_in(client, person, grace):
    nowhere = Patient(pk=grace.pk.__class__(int=1))

    assert trail(client, person(Role.NURSE), grace).status_code == 403
    assert trail(client, person(Role.AUDITOR), nowhere).status_code == 404


def test_what_an_act_says_of_itself_is_in_the_clinics_words(client, auditor, grace):
    until = timezone.now()
    told = {"entity_type": "patient", "entity_id": grace.pk, "patient_id": grace.pk}
    put_fact("break_glass", **told, until=until)
    put_fact("view", **told, page="audit:looked")

    viewed, broken = trail(client, auditor, grace).context["waiting"][:2]

    assert viewed.summary == "in the list of who saw the record"
    assert broken.summary == f"until {clinic_datetime(until)}"
