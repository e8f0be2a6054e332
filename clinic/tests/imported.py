"""Importing small files, and looking at what became of them."""

from pathlib import Path
from typing import Any

from core.importing.report import Report
from core.importing.run import import_paths
from core.importing.tests.samples import Resource, bundle, lines, write
from core.outbox.models import OutboxRow
from core.testing.documents import document_in

Counts = dict[str, tuple[int, int, int, int]]


def take(folder: Path, *resources: Resource, name: str = "export", source: str = "") -> Report:
    """Import these resources, a line each."""
    return import_paths([write(folder / f"{name}.ndjson", lines(*resources))], source=source)


def take_bundle(folder: Path, *resources: Resource, name: str = "bundle", **known: Any) -> Report:
    """Import them as one bundle."""
    return import_paths([write(folder / f"{name}.json", bundle(*resources, **known))])


def counts(report: Report) -> Counts:
    """Read, created, unchanged, rejected by type."""
    return {
        name: (count.read, count.created, count.unchanged, count.rejected)
        for name, count in report.resources.items()
    }


def reasons(report: Report) -> list[tuple[str, str, str]]:
    """Resource, path and reason of what was rejected."""
    return [(each.resource, each.path, each.reason) for each in report.rejections]


def documents(collection: str = "clinical_data", **wanted: Any) -> list[dict[str, Any]]:
    """The documents on their way to a collection, oldest first."""
    rows = OutboxRow.objects.filter(kind="document", collection=collection).order_by("id")
    found = [document_in(row) for row in rows]
    return [each for each in found if wanted.items() <= each.items()]
