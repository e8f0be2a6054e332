"""Where files lie: a folder, and a bucket (moto's, since a real one lies outside the building)."""

import socket
import threading
import time

import boto3
import pytest
from moto import mock_aws

from core.errors import ServiceUnavailable
from core.files import bucket
from core.files.bucket import Bucket
from core.files.folder import Folder
from core.files.store import new_key, store


@pytest.fixture
def s3(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="clinic")
        yield Bucket("clinic")


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    if request.param == "folder":
        return Folder(str(tmp_path))
    return request.getfixturevalue("s3")


def test_what_is_put_is_there_until_it_is_deleted(place):
    first, second = new_key(), new_key()

    place.put(first, b"sealed")
    place.put(second, b"")

    assert (place.get(first), place.get(second)) == (b"sealed", b"")
    assert set(place.keys()) == {first, second}
    place.delete(first)
    place.delete(first)
    assert list(place.keys()) == [second]
    with pytest.raises(FileNotFoundError):
        place.get(first)


def test_more_keys_than_a_page_of_a_bucket_are_all_named(s3, monkeypatch):
    keys = {new_key() for _ in range(1_100)}
    for key in keys:
        s3.put(key, b"x")

    assert set(s3.keys()) == keys


def test_folder_is_closed_to_others(tmp_path):
    key = new_key()

    Folder(str(tmp_path / "files")).put(key, b"sealed")

    kept = tmp_path / "files" / key
    assert [oct(one.stat().st_mode & 0o777) for one in (kept, kept.parent)] == ["0o600", "0o700"]


def test_half_written_file_is_never_read_but_is_named_and_goes(tmp_path):
    folder, key = Folder(str(tmp_path)), new_key()
    (tmp_path / key[:2]).mkdir()
    (tmp_path / f"{key}.part").write_bytes(b"half")

    with pytest.raises(FileNotFoundError):
        folder.get(key)
    assert list(folder.keys()) == [key]
    folder.delete(key)
    assert list(folder.keys()) == []


def test_full_disk_is_told_as_such(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.files.folder.os.fsync", full)

    with pytest.raises(ServiceUnavailable, match="disk is full"):
        Folder(str(tmp_path)).put(new_key(), b"sealed")


def test_bucket_that_says_nothing_is_given_up(monkeypatch):
    """It takes the connection and never answers."""
    monkeypatch.setattr(bucket, "READ_SECONDS", 0.3)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        taker = threading.Thread(target=lambda: [silent.accept() for _ in range(2)], daemon=True)
        taker.start()
        began = time.monotonic()

        with pytest.raises(ServiceUnavailable, match="does not answer"):
            Bucket("clinic", f"http://127.0.0.1:{silent.getsockname()[1]}").put("ab/abc", b"x")

    assert time.monotonic() - began < 5


def test_settings_say_which(settings, tmp_path):
    settings.FILES_FOLDER = tmp_path

    assert isinstance(store(), Folder)
    settings.FILES_S3_BUCKET = "clinic"
    assert isinstance(store(), Bucket)
