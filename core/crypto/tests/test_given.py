"""Keys that come with the environment are used like files, and are nobody's to change but its owner's."""

import secrets

import pytest

from core.crypto import beginning, envelope, exporting, keys
from core.crypto.given import KeyGiven, key_id
from core.crypto.held import held
from core.crypto.keys import KeyMissing, Purpose
from core.crypto.models import DataKey

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
FIRST = ("envelope", "index", "row")


@pytest.fixture
def folder(settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    held.clear()
    return settings.KEYS_FOLDER


@pytest.fixture
def given(settings, folder):
    settings.KEYS_GIVEN = {purpose: [OLD] for purpose in FIRST}
    return settings.KEYS_GIVEN


def test_a_new_clinic_makes_no_file_of_what_is_given(db, given, folder):
    assert beginning.make_first() == ""

    assert not folder.exists()
    assert keys.ids(Purpose.INDEX) == [key_id(OLD)]


def test_what_is_sealed_with_a_given_key_opens(transactional_db, given):
    sealed = envelope.seal("house", b"podagra", "here")
    held.clear()

    assert envelope.open_sealed("house", sealed, "here") == b"podagra"
    assert DataKey.objects.get().kek_id == key_id(OLD)


def test_the_last_one_given_is_the_present_one_and_newer_than_any_file(folder, settings):
    in_a_file = keys.make(Purpose.SEAL)
    settings.KEYS_GIVEN = {"seal": [OLD, NEW]}

    assert keys.present(Purpose.SEAL).secret == NEW
    assert keys.find(Purpose.SEAL, in_a_file.id) == in_a_file
    assert keys.ids(Purpose.SEAL) == [in_a_file.id, key_id(OLD), key_id(NEW)]


def test_a_key_that_is_taken_out_is_missed_by_its_variable(given):
    with pytest.raises(KeyMissing, match=r"keys or KEY_ENVELOPE\. Put it back"):
        keys.find(Purpose.ENVELOPE, key_id(NEW))


def test_nobody_makes_or_destroys_what_is_given(given):
    with pytest.raises(KeyGiven, match="put a new one behind it there, after a comma"):
        keys.make(Purpose.ENVELOPE)
    with pytest.raises(KeyGiven, match=f"The envelope key {key_id(OLD)} comes from KEY_ENVELOPE"):
        keys.destroy(Purpose.ENVELOPE, key_id(OLD))


def test_a_copy_of_all_keys_leaves_out_what_is_given(transactional_db, given):
    envelope.seal("house", b"podagra", "here")

    told = exporting._opened(exporting.sealed("a long passphrase"), "a long passphrase")
    assert (told["files"], len(told["data_keys"])) == ({}, 1)
