"""A new clinic makes its keys; one whose keys are gone does not start, and says why."""

import subprocess
from pathlib import Path

from django.conf import settings

from core.crypto import beginning, envelope, keys
from core.crypto.keys import Purpose
from core.embedded import up
from core.testing.running import made_for


def test_the_first_start_makes_a_key_of_each_purpose(db, settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"

    assert beginning.make_first() == ""

    made = sorted(file.name.partition("-")[0] for file in settings.KEYS_FOLDER.iterdir())
    assert made == ["envelope", "index", "row"]
    assert {oct(file.stat().st_mode)[-3:] for file in settings.KEYS_FOLDER.iterdir()} == {"600"}


def test_a_second_start_makes_none(db, settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    beginning.make_first()

    before = keys.present(Purpose.ENVELOPE)
    beginning.make_first()

    assert keys.present(Purpose.ENVELOPE) == before
    assert len(list(settings.KEYS_FOLDER.iterdir())) == 3


def test_migrate_refuses_a_database_whose_keys_are_gone(transactional_db, tmp_path):
    envelope.seal("house", b"x", "here")

    refused = run_without_keys([*up.MANAGE, "migrate"], tmp_path)

    assert refused.returncode == 1
    assert "1 data keys in the database are wrapped with the envelope key" in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_lost_index_key_is_named_too(transactional_db, settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path
    envelope.seal("house", b"x", "here")

    assert beginning.make_first().startswith("The index key is not in")


def test_daphne_ends_and_says_why_without_keys_and_starts_with_them(transactional_db, tmp_path):
    envelope.seal("house", b"x", "here")
    daphne = made_for(settings.DATABASES["default"]["NAME"]).programs["daphne"]

    refused = run_without_keys(daphne.argv, tmp_path)

    assert refused.returncode == 1
    assert "The clinic does not start. 1 data keys in the database" in refused.stderr
    assert beginning.lacking_at(settings.DATABASE_ROLE_URLS["app"]) == ""


def run_without_keys(argv: list[str], folder: Path) -> subprocess.CompletedProcess:
    clinic = made_for(settings.DATABASES["default"]["NAME"])
    env = {**clinic.full_env, "KEYS_FOLDER": str(folder)}
    return subprocess.run(
        argv, env=env, cwd=up.PROJECT, capture_output=True, text=True, timeout=60, check=False
    )
