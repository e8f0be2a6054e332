"""Reading a reference file into its table: what is new or changed in the file, and no more."""

import csv
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from clinic.models import LoadedReference
from core.capture.context import acting

Row = dict[str, str]
LOCK = 0x5E7C13


class ReferenceTable(NamedTuple):
    """A file; the column that names what its rows are about; how those rows are saved."""

    name: str
    file: str
    key: str
    save: Callable[[str, list[Row]], None]

    @property
    def path(self) -> Path:
        return Path(settings.BASE_DIR) / self.file


class Loaded(NamedTuple):
    """How many things a file names, and how many of them were saved."""

    read: int
    saved: int


def load(table: ReferenceTable) -> Loaded:
    """Save what the file says differently than when it was last loaded, in one transaction."""
    read, saved = 0, {}
    with transaction.atomic(), acting(reason="reference table"):
        hold_lock()
        known = dict(LoadedReference.objects.filter(table=table.name).values_list("key", "digest"))
        for key, rows in grouped(table):
            digest = digest_of(rows)
            read += 1
            if known.get(key) != digest:
                table.save(key, rows)
                saved[key] = digest
        remember(table.name, saved)
    return Loaded(read, len(saved))


def hold_lock() -> None:
    """Two loads wait for each other instead of tripping over the same new rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def grouped(table: ReferenceTable) -> Iterator[tuple[str, list[Row]]]:
    """Rows that stand together under the same key."""
    with table.path.open(encoding="utf-8", newline="") as file:
        for key, rows in groupby(csv.DictReader(file), key=lambda row: row[table.key]):
            yield key, list(rows)


def digest_of(rows: list[Row]) -> str:
    text = "\n".join("\t".join(row.values()) for row in rows)
    return blake2b(text.encode(), digest_size=12).hexdigest()


def remember(table: str, digests: Mapping[str, str]) -> None:
    """Which version of these keys the table holds now."""
    LoadedReference.objects.bulk_create(
        [LoadedReference(table=table, key=key, digest=one) for key, one in digests.items()],
        update_conflicts=True,
        unique_fields=["table", "key"],
        update_fields=["digest"],
    )
