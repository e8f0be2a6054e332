"""What the files of the archive hold."""

from collections.abc import Iterator
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument
from django.db.models import Q, QuerySet

from audit import files
from audit.models import Archive
from audit.queries.trail import Filters
from core.outbox.domain import CODEC


def newest() -> Archive | None:
    """Up to where entries are archived."""
    return Archive.objects.order_by("last").last()


def reaching(filters: Filters) -> QuerySet[Archive]:
    """The files in which entries of these days may be, oldest first."""
    after = Q(until__gte=filters.since) if filters.since else Q()
    before = Q(since__lt=filters.until) if filters.until else Q()
    return Archive.objects.filter(after & before)


def entries(filters: Filters) -> Iterator[dict[str, Any]]:
    """Archived entries, in the order in which they were sealed. Raises Damaged."""
    for one in reaching(filters):
        for entry in map(_decoded, files.read(files.path_of(one.name))):
            if filters.holds(entry):
                yield entry


def _decoded(entry: RawBSONDocument) -> dict[str, Any]:
    decoded: dict[str, Any] = bson.decode(entry.raw, CODEC)
    return decoded
