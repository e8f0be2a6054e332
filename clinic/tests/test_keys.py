"""`manage.py keys`: new keys without a word lost, copies that open again, and the end of one."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from audit.domain.archiving import archive
from audit.queries import archived
from audit.queries.trail import Filters
from audit.tests.logs import state
from audit.views.changes import SHREDDED, changes_in_words
from clinical_docs.documents import ClinicalData
from core.accounts.roles import Role
from core.crypto import envelope, keys, wrapping
from core.crypto.errors import KeyShredded
from core.crypto.given import key_id
from core.crypto.held import held
from core.crypto.keys import Purpose
from core.crypto.models import DataKey
from core.databases import mongo
from core.embedded import up
from core.outbox.domain import put_fact
from core.outbox.models import OutboxRow
from core.outbox.sealing import is_sealed
from core.testing.running import made_for
from patients.models import Patient

PHONE = "+254712555018"
SECRET = "a passphrase of some length"


@pytest.fixture
def house(transactional_db, tmp_path, settings):
    """Three patients and their words, in a house with keys of its own."""
    settings.KEYS_FOLDER = tmp_path / "keys"
    held.clear()
    people = [
        Patient.objects.create(family_name=f"N{n}", sex="male", phone=PHONE) for n in range(3)
    ]
    for one in people:
        data = {"text": "podagra"}
        ClinicalData(patient_id=str(one.pk), data_type="clinical_note", data=data).save()
    return people


def run(*argv: str, fails: bool = False) -> str:
    env = made_for(settings.DATABASES["default"]["NAME"]).full_env
    env |= {"KEYS_FOLDER": str(settings.KEYS_FOLDER), "KEYS_PASSPHRASE": SECRET}
    done = subprocess.run(
        [*up.MANAGE, "keys", *argv], env={**os.environ, **env},
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    held.clear()
    assert bool(done.returncode) is fails, done.stderr
    return done.stderr if fails else done.stdout


def phones() -> list[str]:
    return [one.phone for one in Patient.objects.order_by("family_name")]


def test_status_counts_data_keys_by_their_key(house):
    told = run("status").splitlines()

    newest = keys.present(Purpose.ENVELOPE).id
    assert [line.split() for line in told[1:]] == [
        [newest, "3", "the", "newest"],
        ["destroyed", "0"],
    ]


def test_rotating_changes_no_word_and_leaves_no_key_behind(house):
    before = keys.present(Purpose.ENVELOPE).id

    run("rotate", "--destroy-old")

    new = keys.ids(Purpose.ENVELOPE)
    assert len(new) == 1
    assert new != [before]
    assert set(DataKey.objects.values_list("kek_id", flat=True)) == set(new)
    assert phones() == [PHONE] * 3


def test_a_rotation_that_broke_off_is_gone_on_with(house):
    half = keys.make(Purpose.ENVELOPE)

    run("rotate")

    assert len(keys.ids(Purpose.ENVELOPE)) == 2
    assert set(DataKey.objects.values_list("kek_id", flat=True)) == {half.id}
    assert phones() == [PHONE] * 3


def test_a_key_of_the_environment_is_renewed_there(house, settings, monkeypatch):
    def give(*given: bytes) -> None:
        settings.KEYS_GIVEN = {"envelope": given}
        monkeypatch.setenv("KEY_ENVELOPE", ",".join(one.hex() for one in given))
        wrapping._cipher.cache_clear()

    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    give(old)
    assert run("rotate").startswith(f"3 data keys are wrapped with {key_id(old)}.")
    assert "put a new one behind it there, after a comma" in run("rotate", fails=True)
    assert "after a comma" in run("shred", str(house[0].mrn), "--reason", "x", "--yes", fails=True)
    assert phones() == [PHONE] * 3

    give(old, new)
    said = run("rotate", "--destroy-old", fails=True)
    assert f"The envelope key {key_id(old)} comes from KEY_ENVELOPE: take it out there" in said
    give(new)
    assert phones() == [PHONE] * 3


def test_keys_come_back_from_their_copy(house, tmp_path):
    run("export", str(tmp_path / "copy"))
    sealed = (tmp_path / "copy").read_bytes()
    shutil.rmtree(settings.KEYS_FOLDER)
    wrapping._cipher.cache_clear()
    with pytest.raises(keys.KeyMissing):
        phones()

    told = run("import", str(tmp_path / "copy"))

    assert told.startswith("2 key files and 0 data keys")
    assert phones() == [PHONE] * 3
    assert keys.present(Purpose.ENVELOPE).secret.hex().encode() not in sealed
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600


def test_a_copy_opens_with_its_passphrase_alone(house, tmp_path, monkeypatch):
    run("export", str(tmp_path / "copy"))
    monkeypatch.setattr(sys.modules[__name__], "SECRET", "another one of some length")

    assert "passphrase is another one" in run("import", str(tmp_path / "copy"), fails=True)


def test_a_shredded_patient_is_unreadable_everywhere_even_in_an_older_backup(house, tmp_path):
    gone, *others = house
    backup = DataKey.objects.get(owner=str(gone.pk))
    old = keys.present(Purpose.ENVELOPE)
    run("shred", str(gone.mrn), "--reason", "asked for it", "--yes")
    run("export", str(tmp_path / "after"))

    wrapping._cipher.cache_clear()
    assert phones() == ["", PHONE, PHONE]
    with pytest.raises(keys.KeyMissing):
        wrapping.wrapping().unwrap(backup.kek_id, bytes(backup.wrapped))
    with pytest.raises(KeyShredded):
        envelope.seal(str(gone.pk), b"x", "here")
    assert old.id not in keys.ids(Purpose.ENVELOPE)
    fact = OutboxRow.objects.get(kind="fact", action="shred")
    assert (fact.patient_id, fact.context["reason"]) == (gone.pk, "asked for it")
    restored_from(backup)
    run("import", str(tmp_path / "after"))
    assert DataKey.objects.get(pk=backup.pk).state == "shredded"
    assert len(others) == 2


def test_shredding_reaches_the_archive_of_the_audit(house, relay, settings, tmp_path):
    settings.AUDIT_CHECKPOINTS = tmp_path / "checkpoints.jsonl"
    settings.AUDIT_ARCHIVE = tmp_path / "archive"
    relay()
    state()
    put_fact("view", entity_type="patient")
    relay()
    archive(before=timezone.now() + timedelta(seconds=1), reason="a test")
    assert changes_of(house[0]) == f"Phone: nothing → {PHONE}"

    run("shred", str(house[0].mrn), "--reason", "asked for it", "--yes")

    assert changes_of(house[0]) == f"Phone: {SHREDDED}"
    assert changes_of(house[1]) == f"Phone: nothing → {PHONE}"


def changes_of(patient: Patient) -> str:
    """What the archived entry of the registration says of the phone."""
    [entry] = archived.entries(
        Filters(patients=(str(patient.pk),), entity_type="patient", action="create")
    )
    changes = changes_in_words(entry, withheld=False, opens=True)
    return next(one.sentence for one in changes if one.name == "Phone")


def test_the_record_says_that_it_was_destroyed_and_when(house, client, person, relay):
    relay()
    run("shred", str(house[0].pk), "--reason", "asked for it", "--yes")
    client.force_login(person(Role.CLINICIAN))

    page = client.get(reverse("patients:record", args=[house[0].pk])).content.decode()
    other = client.get(reverse("patients:record", args=[house[1].pk])).content.decode()

    assert "destroyed on" in page
    assert "The contents were destroyed for good." in page
    assert "podagra" not in page
    assert "destroyed" not in other
    assert "podagra" in other


@pytest.fixture
def of_old(house, relay):
    """Two entries as they were stored before anything was sealed, and one that is sealed."""
    relay()
    for one in house[:2]:
        data = {"$set": {"data": {"text": "podagra"}, "metadata": {}}}
        mongo.collection("clinical_data").update_one({"patient_id": str(one.pk)}, data)
    return house


def in_mongo() -> list[str]:
    """`sealed` or what can be read, of each entry."""
    found = mongo.collection("clinical_data").find().sort("patient_id")
    return ["sealed" if is_sealed(one["data"]) else one["data"]["text"] for one in found]


def texts() -> list[str]:
    return [one.data["text"] for one in ClinicalData.objects.order_by("patient_id")]


def test_what_was_stored_in_clear_is_sealed_once(of_old):
    assert in_mongo() == ["podagra", "podagra", "sealed"]

    assert run("seal") == "2 documents that were in clear are sealed.\n"

    assert (in_mongo(), texts()) == (["sealed"] * 3, ["podagra"] * 3)
    assert run("seal") == "0 documents that were in clear are sealed.\n"


def test_what_is_destroyed_was_not_left_in_clear(of_old):
    run("shred", str(of_old[0].mrn), "--reason", "asked for it", "--yes")

    assert in_mongo() == ["sealed"] * 3
    [gone, *others] = ClinicalData.objects.order_by("patient_id")
    assert (gone.data, [one.data["text"] for one in others]) == ({}, ["podagra"] * 2)


def test_shredding_asks_and_takes_back_nothing_unasked(house):
    assert "There is no patient 999999" in run("shred", "999999", "--reason", "x", fails=True)
    assert json.dumps(phones()) == json.dumps([PHONE] * 3)


def restored_from(backup: DataKey) -> None:
    """As a restore of the whole database would have it."""
    with psycopg.connect(settings.DATABASE_ROLE_URLS["owner"]) as outside:
        outside.execute(
            "UPDATE data_keys SET wrapped = %s, kek_id = %s, state = 'active', shredded_at = NULL"
            " WHERE id = %s",
            [bytes(backup.wrapped), backup.kek_id, backup.pk],
        )
