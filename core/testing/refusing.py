"""pytest plugin: an outbox that takes no looks, as if its disk were full."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest


@pytest.fixture
def refusing(transactional_db: None, settings: Any) -> Iterator[None]:
    """No look can be written to the audit."""
    table = "ALTER TABLE outbox"
    with psycopg.connect(settings.DATABASE_ROLE_URLS["owner"], autocommit=True) as admin:
        admin.execute(f"{table} ADD CONSTRAINT no_look CHECK (action <> 'view') NOT VALID")
        yield
        admin.execute(f"{table} DROP CONSTRAINT no_look")
