"""What the files of the archive hold."""

from collections.abc import Iterator
from typing import Any

import bson
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from django.db.models import Q, QuerySet

from audit import files
from audit.models import Archive
from audit.queries.trail import Filters
from core.outbox.domain import CODEC


def newest() -> Archive | None:
    """Up to where entries are archived."""
    return Archive.objects.order_by("last").last()


def older_than(filters: Filters) -> Archive | None:
    """Up to where entries are archived, if some of what is asked for may be among them."""
    return newest() if reaching(filters).exists() else None


def reaching(filters: Filters) -> QuerySet[Archive]:
    """The files in which entries of these days may be, oldest first."""
    after = Q(until__gte=filters.since) if filters.since else Q()
    before = Q(since__lt=filters.until) if filters.until else Q()
    return Archive.objects.filter(after & before)


def entries(filters: Filters) -> Iterator[dict[str, Any]]:
    """Archived entries, in the order in which they were sealed. Raises Damaged."""
    for one in reaching(filters):
        for raw in files.read(files.path_of(one.name)):
            entry = _decoded(raw, one)
            if filters.holds(entry):
                yield entry


def _decoded(entry: RawBSONDocument, one: Archive) -> dict[str, Any]:
    try:
        decoded: dict[str, Any] = bson.decode(entry.raw, CODEC)
    except BSONError as error:
        raise files.Damaged(f"{files.path_of(one.name)} holds what is no entry.") from error
    return decoded
