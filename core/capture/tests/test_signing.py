"""Outbox rows are signed as they are written, whatever door the change came by."""

import psycopg
import pytest
from django.db import connection, transaction

from core.capture import signing
from core.capture.context import acting, announced
from core.crypto import keys
from core.crypto.keys import KeyMissing, Purpose
from core.outbox.domain import put_fact
from core.relay import rows
from core.relay.loop import connected
from patients.models import Patient, Room

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def key(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    signing._derived_by.cache_clear()
    yield keys.make(Purpose.ROW)
    signing._derived_by.cache_clear()


def claimed():
    with connected() as relay:
        found = rows.claim(relay, 100)
        relay.rollback()
    return found


def by_hand(settings, statement):
    with psycopg.connect(settings.DATABASE_ROLE_URLS["owner"], autocommit=True) as admin:
        admin.execute(statement)


def test_changes_facts_and_commands_are_signed():
    with acting(user_id="0" * 8 + "-0000-0000-0000-" + "0" * 12), transaction.atomic():
        Room.objects.create(name="Room 1")
        put_fact("view", entity_type="thing", odd='ünïcode "quoted" \\ 中文')
    Room.objects.create(name="Room 2")
    Room.objects.filter(name="Room 2").update(name="Room 3")
    Patient.objects.bulk_create([Patient(family_name=f"P{n}", sex="female") for n in range(3)])
    Room.objects.filter(name="Room 3").delete()

    found = claimed()

    assert [row.origin() for row in found] == [""] * len(found)
    assert len(found) == 8


def test_each_transaction_signs_with_a_key_of_its_own():
    for n in range(3):
        put_fact("view", entity_type="thing", entity_id=n)

    assert len({row.signed_by for row in claimed()}) == 3


def test_a_savepoint_that_rolls_back_leaves_its_successors_signed():
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Room.objects.create(name="Room 1")
            raise ZeroDivisionError
        Room.objects.create(name="Room 2")

    assert [row.origin() for row in claimed()] == [""]


def test_what_comes_by_another_door_is_unsigned(settings):
    by_hand(
        settings, "INSERT INTO rooms (name, kind, active) VALUES ('by psql', 'consulting', true)"
    )

    assert [row.origin() for row in claimed()] == ["unsigned"]


@pytest.mark.parametrize(
    "change",
    [
        "action = 'print'", "entity_id = '9'", "context = '{\"user_id\": \"x\"}'", "stream = 'y'",
        "changes = changes || '{\"x\": 1}'", "created_at = created_at + interval '1 us'",
        "document = 'x'", "patient_id = uuidv7()", "event_id = uuidv7()",
    ],
)  # fmt: skip
def test_whatever_is_changed_before_the_seal_is_seen(change, settings):
    put_fact("view", entity_type="thing", entity_id="1", page="record")
    by_hand(settings, f"UPDATE outbox SET {change}")

    assert [row.origin() for row in claimed()] == ["altered"]


def test_how_far_its_delivery_is_may_change(settings):
    put_fact("view", entity_type="thing", entity_id="1")
    by_hand(settings, "UPDATE outbox SET attempts = 1, last_error = 'x'")

    assert [row.origin() for row in claimed()] == [""]


def test_another_row_s_signature_does_not_fit(settings):
    put_fact("view", entity_type="thing", entity_id="1")
    put_fact("view", entity_type="thing", entity_id="2")
    by_hand(
        settings,
        "UPDATE outbox SET (mac, signed_by) = (SELECT mac, signed_by FROM outbox ORDER BY id LIMIT 1)",
    )

    assert [row.origin() for row in claimed()] == ["", "altered"]


def test_without_the_key_nothing_passes_for_genuine(key):
    put_fact("view", entity_type="thing", entity_id="1")
    for file in keys.folder().iterdir():
        file.unlink()

    with pytest.raises(KeyMissing):
        claimed()[0].origin()


def test_the_key_is_in_no_statement_s_text(settings):
    """What runs is seen by whoever may look, and may be logged."""
    ours = settings.DATABASE_ROLE_URLS["app"]
    with transaction.atomic(), psycopg.connect(ours) as other:
        announced(connection)
        pid = connection.connection.info.backend_pid
        (seen,) = other.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s", [pid]
        ).fetchone()

    assert "set_config('clinic.signing', $2, true)" in seen
