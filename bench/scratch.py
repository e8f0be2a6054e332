"""Servers of its own and Django on them: `with scratch("name"): ...` is a pair of databases."""

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

from bench.servers import own_servers

_servers = own_servers()
_servers.__enter__()
atexit.register(_servers.__exit__, None, None, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from django.db import connection  # noqa: E402

from core.testing import databases  # noqa: E402


@contextmanager
def scratch(name: str) -> Iterator[None]:
    """Databases `test_bench_<name>`, dropped at the end."""
    databases.create(f"bench_{name}")
    try:
        yield
    finally:
        connection.close()
        databases.destroy(f"bench_{name}")
