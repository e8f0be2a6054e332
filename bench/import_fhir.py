"""How fast FHIR comes in, how much memory it takes, and whether everything read is there.

    python -m bench.import_fhir [PATH...]

Imports each path twice into a fresh database, delivers it to MongoDB, and compares, by resource
type and patient, what stands in the files (counted by the standard library, `bench.raw_fhir`) with
the rows and documents there are. Without PATH: the sets of `../shared/data/fhir`. The floor beside
the rate is a bare COPY of the same outbox rows into a table with the same indexes and no triggers.
"""

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path

from bench.scratch import scratch  # isort: skip  (sets Django up)
import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection
from rich.console import Console
from rich.table import Table

from bench.raw_fhir import Counts, in_files
from bench.servers import own_servers
from core.capture.names import entity_type
from core.databases import mongo
from core.importing.links import BY_IDENTIFIER
from core.importing.run import import_paths
from core.relay.delivery import Delivery
from core.relay.loop import connected
from core.testing.databases import superuser_url

SETS = Path(__file__).resolve().parents[2] / "shared/data/fhir"
COLUMNS = "id, kind, stream, entity_type, entity_id, action, document"


@dataclass(frozen=True)
class Measured:
    """One set, as a row of the table."""

    file: str
    resources: int
    types: int
    patients: int
    missing: int
    too_many: int
    rejected: int
    created_again: int
    set_aside: int
    per_second: int
    again_per_second: int
    floor_per_second: int
    peak_mb: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    paths = parser.parse_args().paths or sorted(SETS.glob("*.xz"))
    if not paths:
        sys.exit(f"No files in {SETS}; name some.")
    # A process of its own for each, so that its peak memory is its own.
    spawn = multiprocessing.get_context("spawn")
    with (
        own_servers(),
        ProcessPoolExecutor(1, mp_context=spawn, max_tasks_per_child=1) as processes,
    ):
        tell(list(processes.map(measure, paths)))


def tell(sets: list[Measured]) -> None:
    """A column for each set."""
    table = Table("", *(one.file.partition(".")[0] for one in sets), box=None)
    for field in fields(Measured)[1:]:
        values = (f"{getattr(one, field.name):,}" for one in sets)
        table.add_row(field.name.replace("_", " "), *values)
    Console(width=120).print(table)


def measure(path: Path) -> Measured:
    """Import, import again, deliver, compare."""
    with scratch("import"):
        first = import_paths([path])
        peak = peak_megabytes()
        again = import_paths([path])
        floor, set_aside = bare_copy(), deliver()
        read, kept = in_files(path), in_databases()
        tell_types(path, read, kept)
        return Measured(
            file=path.name,
            resources=first.read,
            types=len({name for name, _ in read}),
            patients=len({patient for _, patient in read if patient}),
            missing=(read - kept).total(),
            too_many=(kept - read).total(),
            rejected=first.rejected,
            created_again=again.created,
            set_aside=set_aside,
            per_second=round(first.read / first.seconds),
            again_per_second=round(again.read / again.seconds),
            floor_per_second=floor,
            peak_mb=peak,
        )


def tell_types(path: Path, read: Counts, kept: Counts) -> None:
    """Each type: in the files, in the databases, and how many patients' counts differ."""
    table = Table("Resource", "In files", "In databases", "Patients that differ", title=path.name)
    for name in sorted({name for name, _ in read | kept}):
        there, here = of_type(read, name), of_type(kept, name)
        unequal = sum(there[each] != here[each] for each in there.keys() | here.keys())
        table.add_row(name, f"{there.total():,}", f"{here.total():,}", str(unequal))
    Console(width=120).print(table)


def of_type(counts: Counts, wanted: str) -> Counter[str]:
    """The counts of one type by patient."""
    return Counter({patient: n for (name, patient), n in counts.items() if name == wanted})


def peak_megabytes() -> int:
    """The most memory this process ever held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def deliver() -> int:
    """Let the relay deliver; returns how many rows it set aside."""
    with connected() as held:
        delivery = Delivery(held, mongo.database())
        while delivery.run_once():
            continue
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox WHERE state <> 'd'")
        return int(cursor.fetchone()[0])


def in_databases() -> Counts:
    """Resources by type and patient, as far as the row or document they became is there."""
    owners = dict(owned_rows()) | dict(owned_documents())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource_type, resource_id, entity_type, entity_id, body IS NOT NULL"
            " FROM imported_resources WHERE resource_type NOT LIKE %s",
            [f"%{BY_IDENTIFIER}"],
        )
        rows = cursor.fetchall()
    called = {key: name for kind, name, _, key, _ in rows if kind == "Patient"}
    return Counter(
        (kind, called.get(owners.get((entity, key), ""), ""))
        for kind, _, entity, key, body in rows
        if body or (entity, key) in owners
    )


def owned_rows() -> Iterator[tuple[tuple[str, str], str]]:
    """(entity type, id) and patient of every row."""
    for model in apps.get_models():
        columns = {field.column for field in model._meta.concrete_fields}
        column = "id" if model.__name__ == "Patient" else "patient_id"
        if model._meta.managed and (column in columns or model.__name__ in ("User", "Item")):
            patient = column if column in columns else "''"
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT id, {patient} FROM {model._meta.db_table}")  # noqa: S608
                for key, whose in cursor.fetchall():
                    yield (entity_type(model), str(key)), str(whose)


def owned_documents() -> Iterator[tuple[tuple[str, str], str]]:
    """(collection, id) and patient of every document."""
    for name in ("clinical_data", "document_metadata"):
        for found in mongo.collection(name).find({}, {"patient_id": 1}):
            yield (name, found["_id"]), found["patient_id"]


def bare_copy() -> int:
    """Rows a second when the outbox's rows are copied into a table like it, untriggered."""
    name = settings.DATABASES["default"]["NAME"]
    with psycopg.connect(superuser_url(name), autocommit=True) as owner, owner.cursor() as cursor:
        rows = cursor.execute(f"SELECT {COLUMNS} FROM outbox").fetchall()  # noqa: S608
        cursor.execute("CREATE TABLE floor (LIKE outbox INCLUDING DEFAULTS INCLUDING INDEXES)")
        started = time.perf_counter()
        with cursor.copy(f"COPY floor ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return round(len(rows) / (time.perf_counter() - started))


if __name__ == "__main__":
    main()
