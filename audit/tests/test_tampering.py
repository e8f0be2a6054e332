"""Seven kinds of tampering are found, and nothing that is as it was is suspected."""

import json
import secrets
from io import StringIO

import bson
import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from audit.domain import checkpoints
from audit.domain.chain import mac, seal_of, with_hash, without_hash
from audit.domain.verifying import verify
from audit.domain.walk import Verdict
from audit.tests.logs import ENTRIES, raw, state, write
from core.crypto import keys
from core.crypto.keys import Key, Purpose
from core.databases import mongo
from core.outbox.domain import put_fact
from core.relay.delivery import Delivery
from core.relay.loop import connected
from core.testing import databases, report

SEALS = ("key_id", "prev_hash", "hash")


def put(log, document):
    """As somebody writes who can do everything with MongoDB."""
    plain = bson.decode(document)
    log.delete_one({"_id": plain["_id"]})
    log.insert_one(plain, bypass_document_validation=True)


def edited(log):
    log.update_one({"seq": 4}, {"$set": {"entity_id": "somebody else"}})


def deleted(log):
    log.delete_one({"seq": 4})


def inserted(log):
    entry = bson.decode(raw(log, 4))
    log.insert_one({**entry, "_id": "another", "seq": 4.5}, bypass_document_validation=True)


def inserted_twice(log):
    log.drop_index("seq_1")
    log.insert_one({**bson.decode(raw(log, 4)), "_id": "another"})


def swapped(log):
    """Two entries change what they say, not their seals."""
    one, two = log.find_one({"seq": 4}), log.find_one({"seq": 6})
    log.update_one({"seq": 4}, {"$set": {"entity_id": two["entity_id"]}})
    log.update_one({"seq": 6}, {"$set": {"entity_id": one["entity_id"]}})


def reordered(log):
    """Two entries change places, with all they bear."""
    log.update_one({"seq": 4}, {"$set": {"seq": 99}})
    log.update_one({"seq": 6}, {"$set": {"seq": 4}})
    log.update_one({"seq": 99}, {"$set": {"seq": 6}})


def cut(log):
    log.delete_many({"seq": {"$gt": 8}})


def written_anew(log, key=None):
    """All hashes from the fourth entry on are computed again, without the key or with it."""
    key = key or Key(keys.present(Purpose.SEAL).id, b"guessed" * 4)
    before = seal_of(raw(log, 3)).hash
    for seq in range(4, ENTRIES + 1):
        entry = bson.decode(without_hash(raw(log, seq)))
        changed = {**entry, "entity_id": "forged", "prev_hash": before, "seq": bson.Int64(seq)}
        plain = bson.encode(changed)
        before = mac(key, plain)
        put(log, with_hash(plain, before))


def changed_before_the_seal(settings, relay):
    """As PostgreSQL's superuser does between the commit and the relay."""
    put_fact("view", entity_type="patient", entity_id="p99")
    with psycopg.connect(settings.DATABASE_ROLE_URLS["owner"], autocommit=True) as admin:
        admin.execute("UPDATE outbox SET entity_id = 'somebody else' WHERE entity_id = 'p99'")
    relay()


def test_what_is_changed_between_commit_and_seal_is_found(log, settings, relay):
    changed_before_the_seal(settings, relay)

    found = verify()
    assert (found.verdict, found.seq) == (Verdict.ALTERED, ENTRIES + 1)
    assert "before it was sealed" in found.words


def test_what_other_programs_wrote_is_counted_and_no_fault(log, settings, relay):
    with psycopg.connect(settings.DATABASE_ROLE_URLS["owner"], autocommit=True) as admin:
        admin.execute(
            "INSERT INTO rooms (name, kind, active) VALUES ('by psql', 'consulting', true)"
        )
    relay()

    found = verify()
    assert (found.verdict, found.unsigned) == (Verdict.INTACT, 1)


KINDS = [
    (edited, Verdict.ALTERED, 4),
    (deleted, Verdict.GAP_OR_INSERT, 4),
    (inserted, Verdict.GAP_OR_INSERT, 4.5),
    (inserted_twice, Verdict.GAP_OR_INSERT, 4),
    (swapped, Verdict.ALTERED, 4),
    (reordered, Verdict.ALTERED, 4),
    (cut, Verdict.TRUNCATED, 9),
    (written_anew, Verdict.ALTERED, 4),
]


def test_how_fast_a_log_is_verified(log, relay):
    """A figure for the block at the end; how much it must be decides nothing."""
    with transaction.atomic():
        for number in range(4000):
            put_fact("view", entity_type="patient", entity_id=f"q{number}")
    relay()

    found = verify()

    assert (found.verdict, found.entries) == (Verdict.INTACT, ENTRIES + 4000)
    kinds = len(KINDS) + 2
    report.tell("tampering", f"{kinds} kinds found where they begin, 0 false alarms")
    report.tell("verifying", f"{found.entries / found.seconds:,.0f} entries a second")


@pytest.mark.parametrize(
    ("tamper", "verdict", "seq"), KINDS, ids=lambda one: getattr(one, "__name__", "")
)
def test_tampering_is_found_where_it_begins(tamper, verdict, seq, log):
    assert verify().verdict == Verdict.INTACT

    tamper(log)

    found = verify()
    assert (found.verdict, found.seq) == (verdict, seq)


def test_who_has_the_sealing_key_is_contradicted_by_a_checkpoint(log):
    written_anew(log, keys.present(Purpose.SEAL))

    found = verify()

    assert (found.verdict, found.seq) == (Verdict.ALTERED, 10)
    assert "checkpoint" in found.words


def restarted():
    """One pass of a relay that knows nothing yet."""
    with connected() as other:
        return Delivery(other, mongo.database()).run_once()


def test_a_relay_killed_between_the_two_databases_breaks_no_link(log, monkeypatch):
    put_fact("view", entity_type="patient", entity_id="held already")
    with monkeypatch.context() as killed:
        killed.setattr("core.relay.rows.mark_delivered", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            restarted()
    put_fact("view", entity_type="patient", entity_id="came meanwhile")

    restarted()

    found = verify()
    assert (found.verdict, found.entries, found.last) == (Verdict.INTACT, 14, 14)


def test_entries_from_before_sealing_began_are_counted_apart(log, relay):
    for seq in range(1, 4):
        plain = bson.decode(raw(log, seq))
        put(log, bson.encode({k: v for k, v in plain.items() if k not in SEALS}))
    log.delete_many({"seq": {"$gt": 3}})
    checkpoints.file().unlink()
    with psycopg.connect(databases.superuser_url(connection.settings_dict["NAME"])) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute("DELETE FROM audit_checkpoints")
        admin.execute("UPDATE sync_heads SET seq = 3 WHERE topic = 'audit'")

    put_fact("view", entity_type="patient")
    restarted()
    state()

    found = verify()
    assert (found.verdict, found.entries, found.unsealed) == (Verdict.INTACT, 4, 3)


def test_a_checkpoint_taken_away_or_forged_is_found(log, settings):
    file = checkpoints.file()
    line = file.read_text()
    file.write_text("")
    assert verify().verdict == Verdict.TRUNCATED

    forged = {**json.loads(line), "hash": "0" * 64}
    file.write_text(json.dumps(forged) + "\n")
    assert (verify().verdict, verify().words) == (Verdict.ALTERED, "A checkpoint is not genuine.")


def test_nobody_changes_a_checkpoint(log):
    for forbidden in ("UPDATE audit_checkpoints SET seq = 1", "DELETE FROM audit_checkpoints"):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(forbidden)


def test_what_waits_too_long_for_its_seal_is_told(log, monkeypatch):
    monkeypatch.setattr("audit.domain.verifying.TOO_OLD_SECONDS", -1)
    assert verify().verdict == Verdict.UNSEALED_TOO_OLD


def test_without_its_key_nothing_is_verified_or_written(log, tmp_path):
    (file,) = (tmp_path / "keys").glob("seal-*")
    file.rename(tmp_path / "elsewhere")
    found = verify()
    assert (found.verdict, str(tmp_path / "keys") in found.words) == (Verdict.KEY_MISSING, True)

    put_fact("view", entity_type="patient")
    with pytest.raises(keys.KeyMissing):
        restarted()


def test_a_new_key_goes_on_with_the_chain(log):
    newer = keys.make(Purpose.SEAL)
    put_fact("view", entity_type="patient")
    restarted()

    assert seal_of(raw(log, ENTRIES + 1)).key_id == newer.id
    assert verify().verdict == Verdict.INTACT


def test_the_command_tells_it_in_words_and_to_programs(log):
    words, line = StringIO(), StringIO()
    call_command("verify_audit", stdout=words)
    call_command("verify_audit", "--json", stdout=line)
    assert words.getvalue().startswith("Intact.\n12 entries up to 12; checkpoints: 1;")
    assert json.loads(line.getvalue())["verdict"] == "intact"

    edited(log)
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=words)
    assert ended.value.code == 2
    assert "Altered at entry 4: Its seal does not fit its content." in words.getvalue()


def test_an_entry_without_a_checkpoint_for_long_is_told(log, monkeypatch):
    monkeypatch.setattr("audit.domain.verifying.TOO_OLD_SECONDS", -1)
    monkeypatch.setattr("audit.domain.verifying.outbox.lag", lambda: {"oldest_seconds": -9})

    found = verify()

    assert (found.verdict, found.seq) == (Verdict.UNSEALED_TOO_OLD, ENTRIES - 1)


def test_keys_from_the_environment_seal_and_state(relay, settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    settings.AUDIT_CHECKPOINTS = tmp_path / "checkpoints.jsonl"
    settings.KEYS_GIVEN = {
        name: [secrets.token_bytes(32)] for name in ("row", "seal", "checkpoint")
    }
    write(2, relay)
    state()

    found = verify()

    assert (found.verdict, found.entries, found.checkpoints) == (Verdict.INTACT, 2, 1)
    assert [file.name.partition("-")[0] for file in (tmp_path / "keys").iterdir()] == ["public"]
