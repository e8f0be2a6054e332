"""Each fact exactly once and in order, whatever fails between the two databases."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import bson
import psycopg
import pytest
from django.db import connection, transaction

from clinical_docs.documents import ClinicalData
from core.databases import mongo
from core.live.models import SyncHead
from core.outbox import domain, queries
from core.outbox.models import OutboxRow
from core.relay import rows, writer
from core.relay.delivery import Delivery
from core.relay.loop import alone, connected
from core.testing.databases import superuser_url
from inventory.models import Item
from patients.models import Patient, Room


def note(patient: Patient, text: str = "well") -> ClinicalData:
    data = {"text": text}
    return ClinicalData(patient_id=str(patient.pk), data_type="clinical_note", data=data).save()


@pytest.fixture
def patient(transactional_db) -> Patient:
    return Patient.objects.create(family_name="Okoro", sex="female")


def sequence_numbers() -> list[int]:
    return [entry["seq"] for entry in mongo.collection("audit_logs").find(sort=[("seq", 1)])]


def test_a_row_a_fact_and_a_document_reach_their_collections(patient, relay):
    written = note(patient)
    domain.put_fact("view", entity_type="patient", entity_id=patient.pk, patient_id=patient.pk)

    assert relay() == 3

    actions = [e["action"] for e in mongo.collection("audit_logs").find(sort=[("seq", 1)])]
    events = [
        (e["topic"], e["seq"]) for e in mongo.collection("sync_events").find(sort=[("seq", 1)])
    ]
    assert ClinicalData.objects.get(id=written.pk).data == {"text": "well"}
    assert actions == ["create", "create", "view"]
    assert events == [(f"patient:{patient.pk}", 1), (f"patient:{patient.pk}", 2)]
    assert not queries.waiting().exists()


def test_what_is_not_committed_is_not_delivered(patient, relay):
    relay()
    with pytest.raises(RuntimeError), transaction.atomic():
        note(patient)
        raise RuntimeError

    assert (relay(), ClinicalData.objects.count()) == (0, 0)


@pytest.mark.parametrize("collections", [1, 2, 3])
def test_a_crash_after_writing_is_delivered_once_and_numbered_densely(
    patient, relay, monkeypatch, collections
):
    for n in range(5):
        note(patient, str(n))
    crash_after(monkeypatch, collections)
    with connected() as held, pytest.raises(InterruptedError):
        Delivery(held, mongo.database()).run_once()
    monkeypatch.undo()
    note(patient, "later")

    relay()

    assert ClinicalData.objects.count() == 6
    assert sequence_numbers() == list(range(1, 8))
    assert SyncHead.objects.get(topic="audit").seq == 7


def crash_after(monkeypatch, collections: int) -> None:
    """The relay dies when so many of the three collections are written."""
    real, written = writer.write, []

    def dying(database, entries):
        real(database, entries)
        written.append(entries)
        if len(written) == collections:
            raise InterruptedError

    monkeypatch.setattr(writer, "write", dying)


def test_a_document_changed_under_its_id_is_never_taken_for_delivered(patient, relay):
    written = note(patient)
    forged = {"_id": written.pk, "patient_id": "x", "data_type": "forged", "data": {}}
    mongo.collection("clinical_data").insert_one(forged)

    relay()

    row = OutboxRow.objects.get(event_id=written.pk)
    assert (row.state, row.last_error) == ("p", "another document has this _id")


def test_a_poisonous_row_is_set_aside_and_holds_back_only_its_own_stream(patient, relay):
    poison = put_raw(patient, {"patient_id": "x" * 99, "data_type": "unfit", "data": {}})
    healthy = note(patient)
    relay()
    assert ClinicalData.objects(id=healthy.pk).count() == 1

    for _ in range(rows.MOST_ATTEMPTS):
        make_due()
        relay()

    row = OutboxRow.objects.get(event_id=poison)
    assert (row.state, row.attempts, queries.lag()["set_aside"]) == ("x", 8, 1)
    assert "121" in row.last_error


def put_raw(patient: Patient, document: dict) -> str:
    """Straight into the outbox, past our own validation."""
    key = str(uuid4())
    raw = bson.encode({"_id": key, **document})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox (event_id, kind, stream, collection, entity_type, entity_id,"
            " action, document) VALUES (%s, 'document', %s, 'clinical_data', 'clinical_data',"
            " %s, 'create', %s)",
            [key, f"clinical_data:{key}", key, raw],
        )
    return key


def make_due() -> None:
    with psycopg.connect(superuser_url(connection.settings_dict["NAME"])) as admin:
        admin.execute("UPDATE outbox SET next_try = 'epoch' WHERE state = 'p'")


def test_later_rows_of_a_failing_stream_wait_for_it(patient, relay):
    relay()
    domain.put_fact("view", entity_type="thing", entity_id="1", too_big="x" * (17 * 1024 * 1024))
    domain.put_fact("print", entity_type="thing", entity_id="1")
    domain.put_fact("print", entity_type="thing", entity_id="2")

    relay()

    delivered = mongo.collection("audit_logs").find({"entity_type": "thing"})
    assert [entry["entity_id"] for entry in delivered] == ["2"]


def test_a_second_relay_stands_by(transactional_db):
    with connected() as first, connected() as second:
        assert (alone(first), alone(second)) == (True, False)
        first.close()
        assert alone(second) is True


def test_rows_committed_out_of_id_order_are_all_delivered(transactional_db, relay):
    """The row with the lower id commits last: a cursor over ids would never see it."""
    slow_has_its_id, slow_may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            Room.objects.create(name="slow")
            slow_has_its_id.set()
            slow_may_commit.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    slow_has_its_id.wait(10)
    Room.objects.create(name="quick")
    first = relay()
    slow_may_commit.set()
    thread.join()

    assert (first, relay()) == (1, 1)
    names = [
        e["changes"]["name"][1] for e in mongo.collection("audit_logs").find(sort=[("seq", 1)])
    ]
    assert names == ["quick", "slow"]


def test_exact_numbers_stay_exact(transactional_db, relay):
    Item.objects.create(sku="a", name="Paracetamol", price=Decimal("0.10"))

    relay()

    entry = mongo.collection("audit_logs").find_one({"entity_type": "item"})
    assert str(entry["changes"]["price"][1]) == "0.10"


def test_times_are_utc_moments(patient, relay):
    relay()

    stamp = mongo.collection("audit_logs").find_one()["timestamp"]
    assert abs((datetime.now(UTC) - stamp).total_seconds()) < 60


def test_partitions_are_made_ahead_and_dropped_when_delivered(transactional_db, relay, settings):
    with psycopg.connect(settings.DATABASE_ROLE_URLS["owner"], autocommit=True) as admin:
        admin.execute(
            "CREATE TABLE outbox_20200101 PARTITION OF outbox"
            " FOR VALUES FROM ('2020-01-01') TO ('2020-01-02')"
        )
        admin.execute(
            "INSERT INTO outbox (kind, stream, entity_type, entity_id, action, created_at)"
            " VALUES ('fact', 's', 'thing', '1', 'view', '2020-01-01 10:00')"
        )
        kept = admin.execute("SELECT * FROM outbox_roll()").fetchone()
        relay()
        dropped = admin.execute("SELECT * FROM outbox_roll()").fetchone()

    assert (kept[1], dropped[1]) == (0, 1)
