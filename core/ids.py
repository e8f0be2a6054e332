"""Identifiers that sort by the moment they were made."""

from uuid import UUID

import uuid_utils.compat
from django.db.models import Func, UUIDField


def uuid7() -> UUID:
    """A new time-ordered UUID (RFC 9562, version 7)."""
    return uuid_utils.compat.uuid7()


class UuidV7(Func):
    """The same, made by PostgreSQL 18 for rows that come in by COPY or psql."""

    function = "uuidv7"
    template = "%(function)s()"
    output_field = UUIDField()
