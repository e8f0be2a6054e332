"""What is a year old lies in files, whole, and nothing is removed that is not in one."""

import gzip
import json
from datetime import timedelta
from io import StringIO

import bson
import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from fhir.resources.R4B.operationoutcome import OperationOutcome

from audit import files, tasks
from audit.domain import archiving
from audit.domain.archiving import ArchiveRefused, archive
from audit.domain.verifying import verify
from audit.domain.walk import Broken, Verdict
from audit.models import Archive
from audit.tests.logs import ENTRIES, raw, state, write
from core.crypto import keys
from core.paper.tests.test_papers import text_of
from core.shell.words import clinic_date
from core.testing import databases, report

REASON = "a test"
OLD = 20
"""Entries of the long log below; the newest checkpoint speaks of one before the last."""


@pytest.fixture
def long_log(log, relay, monkeypatch):
    """Files of at most ten entries: two of the long log's checkpoints fit the archive."""
    monkeypatch.setattr(archiving, "MOST", 10)
    write(OLD - ENTRIES, relay)
    state()
    write(1, relay)
    return log


def now():
    return timezone.now() + timedelta(seconds=1)


def tomorrow():
    return f"{now() + timedelta(days=1):%Y-%m-%d}"


def everything(log):
    return {seq: bytes(raw(log, seq)) for seq in range(1, OLD + 2)}


def in_files():
    return [
        bytes(entry.raw)
        for one in Archive.objects.all()
        for entry in files.read(files.path_of(one.name))
    ]


def test_entries_move_byte_for_byte_up_to_the_last_checkpoint_before_the_day(long_log, relay):
    before = everything(long_log)

    moved = archive(before=now(), reason=REASON)

    assert (moved.entries, moved.files, moved.left) == (OLD, 2, 0)
    assert in_files() == [before[seq] for seq in range(1, OLD + 1)]
    assert long_log.distinct("seq") == [OLD + 1]
    relay()
    told = list(long_log.find({"action": "archive"}, sort=[("seq", 1)]))
    assert [one["changes"]["last"] for one in told] == [10, OLD]
    assert {one["reason"] for one in told} == {REASON}


def test_the_same_run_again_moves_nothing(long_log):
    archive(before=now(), reason=REASON)

    assert archive(before=now(), reason=REASON).entries == 0


def test_the_chain_goes_on_from_the_files_into_mongodb(long_log, relay):
    archive(before=now(), reason=REASON)
    relay()

    alone, whole = verify(), verify(with_archive=True)

    after = OLD + 1 + 2
    assert (alone.verdict, alone.first, alone.entries) == (Verdict.INTACT, OLD + 1, 3)
    assert (whole.verdict, whole.first, whole.entries) == (Verdict.INTACT, 1, after)
    assert (alone.last, whole.last, whole.archived) == (after, after, OLD)


def test_a_day_within_a_file_reads_that_file_whole(long_log, relay):
    archive(before=now(), reason=REASON)

    assert verify(since=now(), with_archive=True).verdict == Verdict.INTACT


def test_nothing_younger_than_a_year_moves_by_itself(long_log):
    assert tasks.archive() == 0
    assert long_log.count_documents({}) == OLD + 1


def dated(seq, days):
    """As if the checkpoint had been made so many days ago."""
    with psycopg.connect(databases.superuser_url(connection.settings_dict["NAME"])) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            "UPDATE audit_checkpoints SET made_at = now() - %s WHERE seq = %s",
            [timedelta(days=days), seq],
        )


def test_a_clock_that_jumped_moves_nothing(long_log):
    """All of it was sealed within two days, and one of them is said to be long ago."""
    dated(10, 400)

    with pytest.raises(ArchiveRefused, match="on 1 day only"):
        archive()
    assert long_log.count_documents({}) == OLD + 1
    assert not Archive.objects.exists()


def test_a_clock_that_went_back_takes_no_later_entry_for_an_old_one(long_log):
    dated(OLD, 400)

    assert archive(before=timezone.now() - timedelta(days=365), reason=REASON).entries == 0


def killed_before(monkeypatch, step):
    """The run ends there as by a kill: nothing after it happens."""
    with monkeypatch.context() as patch:
        patch.setattr(*step, lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            archive(before=now(), reason=REASON)


@pytest.mark.parametrize(
    "step",
    [
        ("audit.files.os.fsync",),
        ("audit.files.keep",),
        ("audit.domain.archiving._row",),
        ("audit.domain.archiving.put_fact",),
        ("audit.domain.archiving._take_out",),
    ],
    ids=lambda step: step[0].rpartition(".")[2],
)
def test_killed_at_any_step_the_next_run_finishes(step, long_log, monkeypatch):
    before = everything(long_log)

    killed_before(monkeypatch, step)
    assert verify().verdict == verify(with_archive=True).verdict == Verdict.INTACT

    archive(before=now(), reason=REASON)
    assert in_files() == [before[seq] for seq in range(1, OLD + 1)]
    assert long_log.distinct("seq") == [OLD + 1]
    report.tell("archive", "5 steps to be killed at, 0 entries lost, 0 twice")


def test_killed_within_the_removal_the_rest_is_taken_out(long_log, monkeypatch):
    killed_before(monkeypatch, ("audit.domain.archiving._take_out",))
    long_log.delete_many({"seq": {"$in": [2, 3, 7]}})
    assert verify().verdict == verify(with_archive=True).verdict == Verdict.INTACT

    assert archive().left == 7
    assert long_log.distinct("seq") == list(range(11, OLD + 2))


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (lambda log: log.update_one({"seq": 4}, {"$set": {"entity_id": "x"}}), "does not fit"),
        (lambda log: log.delete_one({"seq": 4}), "After 3 comes 5"),
        (lambda log: log.delete_many({"seq": {"$lte": 4}}), "After 0 comes 5"),
    ],
    ids=["edited", "deleted", "beginning gone"],
)
def test_what_is_not_as_it_was_is_not_archived(tamper, words, long_log):
    tamper(long_log)
    there = long_log.count_documents({})

    with pytest.raises(Broken, match=words):
        archive(before=now(), reason=REASON)
    assert long_log.count_documents({}) == there
    assert not Archive.objects.exists()


def changed(path):
    path.chmod(0o600)
    content = gzip.decompress(path.read_bytes())
    return path.write_bytes(gzip.compress(content.replace(b"p4", b"p9")))


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def shortened(path):
    path.write_bytes(path.read_bytes()[:-40])


def without_its_last(path):
    entries = list(files.read(path))
    path.write_bytes(gzip.compress(b"".join(entry.raw for entry in entries[:-1])))


TAMPERED = [
    (changed, Verdict.ALTERED, 5),
    (flipped, Verdict.ALTERED, None),
    (shortened, Verdict.ALTERED, None),
    (without_its_last, Verdict.ALTERED, None),
    (lambda path: path.unlink(), Verdict.GAP_OR_INSERT, 1),
    (lambda path: path.write_bytes(b"\xff\xff\xff\x7f"), Verdict.ALTERED, 1),
]


@pytest.mark.parametrize(
    ("tamper", "verdict", "seq"),
    TAMPERED,
    ids=["changed", "flipped", "shortened", "cut", "gone", "nonsense"],
)
def test_what_happens_to_a_file_is_found(tamper, verdict, seq, long_log):
    archive(before=now(), reason=REASON)
    name = Archive.objects.first().name

    tamper(files.path_of(name))

    found = verify(with_archive=True)
    assert found.verdict == verdict
    assert name in found.words
    assert seq is None or found.seq == seq


def test_a_file_of_the_same_length_is_read_to_be_found(long_log):
    archive(before=now(), reason=REASON)
    flipped(files.path_of(Archive.objects.first().name))

    assert verify().verdict == Verdict.INTACT
    assert verify(with_archive=True).verdict == Verdict.ALTERED


@pytest.mark.parametrize("place", range(0, 1000, 37))
def test_whichever_byte_of_an_entry_is_changed_it_is_found(place, long_log):
    """Written again as a whole file, so that no checksum of gzip's tells."""
    archive(before=now(), reason=REASON)
    path = files.path_of(Archive.objects.first().name)
    content = bytearray(gzip.decompress(path.read_bytes()))
    content[place] ^= 0x41
    path.write_bytes(gzip.compress(content))

    assert verify(with_archive=True).verdict != Verdict.INTACT


def test_no_entry_is_removed_after_its_file_was_damaged(long_log, monkeypatch):
    killed_before(monkeypatch, ("audit.domain.archiving._take_out",))
    flipped(files.path_of(Archive.objects.first().name))

    with pytest.raises(files.Damaged, match="entries 1 to 10 are in it"):
        archive(before=now(), reason=REASON)
    assert long_log.count_documents({}) == OLD + 1


def test_what_is_slipped_in_where_entries_were_archived_is_found(long_log):
    forged = bson.decode(raw(long_log, 4))
    archive(before=now(), reason=REASON)
    long_log.insert_one({**forged, "_id": "another", "entity_id": "forged"})

    for found in (verify(), verify(with_archive=True), verify(since=now())):
        assert (found.verdict, found.seq) == (Verdict.GAP_OR_INSERT, 4)


def test_entries_removed_without_an_archive_are_missed(long_log):
    """Whoever says they are in one has neither the file nor a checkpoint."""
    Archive.objects.create(
        first=1, last=4, tail="0" * 64, since=now(), until=now(), name="x", size=0, sha256=""
    )
    long_log.delete_many({"seq": {"$lte": 4}})
    assert verify().verdict == Verdict.GAP_OR_INSERT

    files.path_of("x").parent.mkdir()
    files.path_of("x").write_bytes(b"")
    assert verify().words == "No checkpoint states the end of the archive."


def test_nobody_changes_what_an_archive_says(long_log):
    archive(before=now(), reason=REASON)

    for forbidden in ("UPDATE audit_archives SET name = 'x'", "DELETE FROM audit_archives"):
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(forbidden)


def test_without_an_archiver_nothing_is_archived(long_log, monkeypatch):
    monkeypatch.setattr("core.databases.mongo.may_remove", lambda _: False)

    with pytest.raises(ArchiveRefused, match="MONGODB_ARCHIVER_URL"):
        archive(before=now(), reason=REASON)


def test_a_full_disk_leaves_nothing_behind(long_log, monkeypatch, settings):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("audit.files.os.fsync", full)

    with pytest.raises(CommandError, match="No space left"):
        call_command("archive", "run", "--before", tomorrow(), "--reason", REASON)
    assert list(settings.AUDIT_ARCHIVE.iterdir()) == []


def test_without_the_key_nothing_is_archived(long_log, tmp_path):
    (file,) = (tmp_path / "keys").glob("seal-*")
    file.rename(tmp_path / "elsewhere")

    with pytest.raises(keys.KeyMissing):
        archive(before=now(), reason=REASON)
    assert long_log.count_documents({}) == OLD + 1


def test_two_runs_at_once_are_one(long_log):
    with (
        psycopg.connect(databases.superuser_url(connection.settings_dict["NAME"])) as other,
    ):
        other.execute("SELECT pg_advisory_lock(%s)", [archiving.LOCK])

        with pytest.raises(ArchiveRefused, match="already"):
            archive(before=now(), reason=REASON)


def said(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue().splitlines()


def test_the_commands_say_what_they_did(long_log):
    assert said("archive", "run") == ["0 entries were moved to 0 files."]
    with pytest.raises(CommandError, match="give --reason"):
        said("archive", "run", "--before", tomorrow())
    ran = said("archive", "run", "--before", tomorrow(), "--reason", REASON)
    assert ran == ["20 entries were moved to 2 files."]
    _, first, second = said("archive", "list")
    assert first.split()[:3] == ["1", "to", "10"]
    assert second.endswith("audit-000000000011-000000000020.bson.gz")
    assert "20 older ones in the archive were not read (--with-archive)" in said("verify_audit")[1]
    assert "20 of them in the archive" in said("verify_audit", "--with-archive")[1]
    assert json.loads(said("verify_audit", "--json")[0])["archived"] == OLD


def test_archived_entries_are_read_by_whoever_asks_and_that_is_told(long_log, relay, grace):
    relay()
    state()
    write(1, relay)
    archive(before=now(), reason=REASON)

    entries = [json.loads(line) for line in said("archive", "read", "--patient", str(grace.pk))]

    assert [one["action"] for one in entries] == ["create", "update"]
    assert {one["patient_id"] for one in entries} == {str(grace.pk)}
    relay()
    told = long_log.find_one({"action": "view_audit"})["changes"]
    assert told == {"archive": True, "filters": {"patient": str(grace.pk)}}
    with pytest.raises(CommandError, match="Give the day like"):
        said("archive", "read", "--since", "yesterday")


@pytest.fixture
def on_the_page(long_log, relay, grace, client, auditor):
    """Grace's entries are archived, and Noor asks."""
    relay()
    state()
    write(1, relay)
    archive(before=now(), reason=REASON)
    client.force_login(auditor)
    return client


YEARS = {"since": "01-Jan-2020"}
IN_THE_ARCHIVE = f"Entries up to {clinic_date(timezone.localtime())} are in the archive"


def test_every_page_and_list_says_what_it_lacks(on_the_page, grace):
    whose = {"patient": str(grace.mrn)}
    told = [
        on_the_page.get(reverse("audit:explorer")),
        on_the_page.get(reverse("audit:patient", args=[grace.pk])),
        on_the_page.get(reverse("audit:looked", args=[grace.pk]), YEARS),
        on_the_page.get(reverse("audit:export"), whose),
        on_the_page.get(reverse("audit:events"), whose),
    ]

    for answer in told:
        assert IN_THE_ARCHIVE in answer.content.decode()
    paper = on_the_page.get(reverse("audit:looked_paper", args=[grace.pk]), YEARS)
    assert IN_THE_ARCHIVE in " ".join(text_of(paper.content).split())
    OperationOutcome(**told[-1].json()["entry"][-1]["resource"])


def test_what_begins_after_the_archive_lacks_nothing(on_the_page, grace):
    tomorrow = {"since": clinic_date(timezone.localtime() + timedelta(days=1))}

    for address in (
        reverse("audit:explorer"),
        reverse("audit:export"),
        reverse("audit:events"),
        reverse("audit:patient", args=[grace.pk]),
    ):
        assert IN_THE_ARCHIVE not in on_the_page.get(address, tomorrow).content.decode()


def test_the_explorer_says_how_far_the_archive_goes(on_the_page):
    last = Archive.objects.last().last

    page = on_the_page.get(reverse("audit:explorer")).content.decode()
    assert f"Entries 1 to {last} are in the archive." in page
