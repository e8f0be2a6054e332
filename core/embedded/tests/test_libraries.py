"""mongod on a machine that has no libcurl: the bundled libraries take its place."""

import ctypes.util
from pathlib import Path

import pytest
from pymongo import MongoClient

from core.embedded import libraries, mongod, processes, servers


@pytest.fixture
def bare_machine(monkeypatch):
    """One on which the linker finds nothing."""
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)


def test_a_machine_that_has_them_keeps_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: f"lib{name}.so")

    assert libraries.library_path(tmp_path) == {}


def test_mongod_runs_with_the_bundled_libraries(tmp_path, bare_machine):
    urls = servers.start(tmp_path, [mongod]).urls
    try:
        with MongoClient(urls["MONGODB_URL"]) as client:
            client.get_default_database().words.insert_one({"_id": "kept"})
            found = client.get_default_database().words.count_documents({})
        maps = Path(f"/proc/{processes.running_pid(tmp_path, mongod.NAME)}/maps").read_text()
    finally:
        servers.stop(tmp_path, [mongod])

    loaded = {line.split()[-1] for line in maps.splitlines() if ".so" in line}
    assert found == 1
    for name in ("libcurl", "libssl", "libcrypto"):
        (path,) = [each for each in loaded if Path(each).name.startswith(name)]
        assert "pycurl.libs" in path
