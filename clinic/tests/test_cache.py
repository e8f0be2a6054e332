"""The cache takes data from Valkey, never programs."""

import os
import pickle
from pathlib import Path

import pytest
from django.core.cache import cache

from core.databases import valkey


class Program:
    """What a pickle may hold: something to be run by whoever reads it."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.trace),)


def test_what_others_put_into_valkey_is_not_run(tmp_path):
    trace = tmp_path / "was-run"
    valkey.client().set(cache.make_key("planted"), pickle.dumps(Program(trace)), ex=60)

    with pytest.raises(UnicodeDecodeError):
        cache.get("planted")

    assert not trace.exists()


def test_what_was_put_there_by_us_is_read_again():
    cache.set("ours", {"number": 1}, 60)

    assert cache.get("ours") == {"number": 1}
