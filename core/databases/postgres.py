"""PostgreSQL through Django's pool, for the few who need plain SQL."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection


def query(sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Rows of one statement as dictionaries; `$1` of the original documents is `%s` here."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        if cursor.description is None:
            return []
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def leave() -> None:
    """Give this thread's connection back."""
    connection.close()


def host() -> str:
    """Where PostgreSQL is expected, without credentials."""
    config = settings.DATABASES["default"]
    return f"{config.get('HOST') or 'local socket'}:{config.get('PORT') or 5432}"
