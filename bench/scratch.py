"""Sets Django up on a scratch pair of databases: `with scratch("name"): ...`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

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
