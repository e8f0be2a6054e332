"""Whatever the door, a change is reported, once, with who made it."""

import asyncio
import base64

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.accounts.roles import Role
from core.capture.context import acting
from core.capture.models import Record
from core.outbox.models import OutboxRow
from core.testing import databases
from patients.models import Patient, Room

SOMEBODY = "00000000-0000-7000-8000-000000000001"


def reported() -> list[tuple]:
    rows = OutboxRow.objects.order_by("id")
    return [(r.entity_type, r.operation, (r.context or {}).get("user_id")) for r in rows]


def test_save_update_and_delete_are_reported_with_the_actor(db):
    with acting(user_id=SOMEBODY):
        room = Room.objects.create(name="Room 1")
        room.name = "Room 2"
        room.save()
        room.delete()

    assert reported() == [("room", op, SOMEBODY) for op in "IUD"]


def test_an_update_reports_only_what_changed(db):
    room = Room.objects.create(name="Room 1")

    Room.objects.filter(pk=room.pk).update(name="Room 2")

    changes = OutboxRow.objects.order_by("id").last().changes
    assert changes == {"name": ["Room 1", "Room 2"], "version": [1, 2]}


def test_saving_without_a_change_reports_nothing_and_keeps_the_version(db):
    room = Room.objects.create(name="Room 1")

    room.save()

    room.refresh_from_db()
    assert (room.version, OutboxRow.objects.count()) == (1, 1)


def test_bulk_create_and_queryset_update_are_reported_row_by_row(db):
    with acting(user_id=SOMEBODY):
        Room.objects.bulk_create([Room(name=f"Room {n}") for n in range(3)])
        Room.objects.update(active=False)

    assert reported() == [("room", "I", SOMEBODY)] * 3 + [("room", "U", SOMEBODY)] * 3


def test_copy_is_reported(db):
    with acting(user_id=SOMEBODY), connection.cursor() as cursor:
        cursor.execute("UPDATE rooms SET active = true WHERE false")
        with cursor.copy("COPY rooms (name, kind, active) FROM STDIN") as copy:
            copy.write_row(("Room 1", "triage", True))

    assert reported() == [("room", "I", SOMEBODY)]


def test_psql_is_reported_without_an_actor(transactional_db):
    with psycopg.connect(psql_url()) as outside:
        outside.execute("INSERT INTO rooms (name, kind, active) VALUES ('R', 'triage', true)")

    assert reported() == [("room", "I", None)]


def test_raw_sql_carries_the_actor_outside_a_transaction(transactional_db):
    with acting(user_id=SOMEBODY), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rooms (name, kind, active) VALUES (%s, %s, true)", ["R", "triage"]
        )
    Room.objects.create(name="Nobody's")

    assert reported() == [("room", "I", SOMEBODY), ("room", "I", None)]


def test_a_rolled_back_change_is_not_reported(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        Room.objects.create(name="Room 1")
        raise RuntimeError

    assert reported() == []


def test_a_rolled_back_savepoint_does_not_take_the_actor_with_it(db):
    with acting(user_id=SOMEBODY), transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            Room.objects.create(name="Room 1")
            raise RuntimeError
        Room.objects.create(name="Room 2")

    assert reported() == [("room", "I", SOMEBODY)]


def test_the_actor_of_one_transaction_does_not_leak_into_the_next(transactional_db):
    with acting(user_id=SOMEBODY), transaction.atomic():
        Room.objects.create(name="Room 1")
    with transaction.atomic():
        list(Room.objects.all())
        Room.objects.create(name="Room 2")
    with acting(user_id=SOMEBODY), transaction.atomic():
        list(Room.objects.all())
        Room.objects.create(name="Room 3")

    assert [who for _, _, who in reported()] == [SOMEBODY, None, SOMEBODY]


def test_the_actor_ends_with_its_block_even_inside_one_transaction(db):
    with acting(user_id=SOMEBODY):
        Room.objects.create(name="Room 1")
    Room.objects.create(name="Room 2")

    assert [who for _, _, who in reported()] == [SOMEBODY, None]


def test_concurrent_coroutines_keep_their_own_actor(transactional_db):
    people = [f"00000000-0000-7000-8000-00000000000{n}" for n in range(6)]

    async def make(person: str) -> None:
        with acting(user_id=person):
            await asyncio.sleep(0.01)
            await Room.objects.acreate(name=person)

    async def make_all() -> None:
        await asyncio.gather(*(make(person) for person in people))

    asyncio.run(make_all())

    rows = OutboxRow.objects.all()
    assert {r.changes["name"]: r.context["user_id"] for r in rows} == {p: p for p in people}


def test_truncate_is_refused(db):
    with (
        pytest.raises(DatabaseError, match=r"TRUNCATE leaves no trace|permission denied"),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE rooms CASCADE")


def test_the_ignore_switch_of_pgtrigger_does_not_silence_capture(db):
    with connection.cursor() as cursor:
        names = "SELECT tgname FROM pg_trigger WHERE tgrelid = 'rooms'::regclass"
        cursor.execute(
            f"SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM ({names})"
        )
    Room.objects.create(name="Room 1")

    assert reported() == [("room", "I", None)]


def test_encrypted_columns_are_in_the_audit_as_they_are_and_without_their_index(db):
    patient = Patient.objects.create(family_name="Okoro", sex="female", phone="+254712555018")
    patient.phone, patient.family_name, patient.email = (
        "+254712555019",
        "Okoro-Eze",
        "g@example.org",
    )
    patient.save(update_fields=["phone", "family_name", "email"])
    patient.phone = ""
    patient.save(update_fields=["phone"])

    created, updated, emptied = (row.changes for row in OutboxRow.objects.order_by("id"))
    assert opened("phone", created["phone"], patient) == "+254712555018"
    assert (created["email"], created["metadata"], "search_name" in created) == ("", "", False)
    before, after = updated.pop("phone")
    assert (before, opened("phone", after, patient)) == (created["phone"], "+254712555019")
    assert opened("email", updated.pop("email")[1], patient) == "g@example.org"
    assert updated == {"family_name": ["Okoro", "Okoro-Eze"], "version": [1, 2]}
    assert emptied == {"phone": [after, ""], "version": [2, 3]}


def opened(column, value, patient):
    """What an entry of the audit keeps of an encrypted column."""
    sealed = base64.b64decode(value.removeprefix("sealed:"))
    return Patient._meta.get_field(column).opened_alone(sealed, patient.pk)


def test_of_a_password_the_audit_keeps_that_there_is_one(person):
    somebody = person(Role.NURSE)
    somebody.set_password("another-long-password")
    somebody.save()

    created, updated = (row.changes for row in OutboxRow.objects.filter(entity_type="user"))
    assert (created["password"], updated["password"]) == ("[sealed]", ["[sealed]", "[sealed]"])


def test_a_patients_rows_name_the_patient(db):
    patient = Patient.objects.create(family_name="Okoro", sex="female")
    patient.visits.create(opened_at="2026-01-01T09:00Z")

    assert {row.patient_id for row in OutboxRow.objects.all()} == {patient.pk}


def test_version_and_persons_cannot_be_forged(db):
    with acting(user_id=SOMEBODY):
        room = Room.objects.create(name="Room 1", version=7, created_by=None)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rooms SET name = 'x', version = 99, created_by = NULL")

    room.refresh_from_db()
    assert (room.version, str(room.created_by), room.updated_by) == (2, SOMEBODY, None)


def test_every_table_people_change_reports_itself():
    silent = {
        "Draft", "ImportedFile", "ImportedResource", "OutboxRow", "SignInAttempt", "SyncEpoch",
        "SyncHead", "UsedKey", "DiagnosisCode", "Counter", "VisitTransition", "NoteDraft", "NoteRevision",
        "Archive", "Checkpoint", "Verification", "FileClaim", "DataKey",
        "OpenSession", "SecondFactor", "RecoveryCode", "HeldForm",
    }  # fmt: skip
    ours = ("core", "inventory", "patients", "billing", "clinical_docs", "audit")

    for model in apps.get_models():
        if model._meta.app_label in ours and model._meta.managed and model.__name__ not in silent:
            names = {trigger.name for trigger in model._meta.triggers}
            assert issubclass(model, Record), model
            assert names >= {"capture_insert", "capture_update", "capture_delete", "capture_stamp"}


def test_the_web_may_add_to_the_outbox_but_not_change_it(transactional_db, settings):
    Room.objects.create(name="Room 1")

    for forbidden in (
        "UPDATE outbox SET state = 'd'",
        "DELETE FROM outbox",
        "UPDATE sync_heads SET seq = 0",
        "SELECT outbox_roll()",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(forbidden)


def psql_url() -> str:
    return databases.superuser_url(connection.settings_dict["NAME"])


def test_unique_rules_hold_for_users_whatever_the_case(person):
    person(username="amina")

    with pytest.raises(IntegrityError), transaction.atomic():
        person(username="Amina")
