"""How fast FHIR comes in, how much memory it takes, and whether everything read is there.

    python -m bench.import_fhir [PATH...]

Imports each path twice into scratch databases of its own, delivers it to MongoDB, and compares, by
resource type and patient, what stands in the files with the rows and documents it became. Without
PATH: the sets of `../shared/data/fhir`. The floor beside the rate is a bare COPY of the same outbox
rows into a table with the same indexes and no triggers.
"""

import argparse
import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.scratch import scratch  # isort: skip  (sets Django up)

from django.apps import apps
from django.db import connection

from core.capture.names import entity_type
from core.databases import mongo
from core.importing.bundles import BundleReader, Found
from core.importing.identity import Key, entity_uuid, source_of
from core.importing.links import BY_IDENTIFIER, Links, Scope
from core.importing.run import import_paths
from core.importing.sources import Sources
from core.relay.delivery import Delivery
from core.relay.loop import connected

SETS = Path(__file__).resolve().parents[2] / "shared/data/fhir"
FIELDS = ("subject", "patient", "beneficiary")
COLUMNS = "id, kind, stream, entity_type, entity_id, action, document"
Counts = Counter[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    paths = parser.parse_args().paths or sorted(SETS.glob("*.xz"))
    if not paths:
        sys.exit(f"No files in {SETS}; name some.")
    for path in paths:
        # A process of its own for each, so that its peak memory is its own.
        child = multiprocessing.get_context("spawn").Process(target=measure, args=(path,))
        child.start()
        child.join()


def measure(path: Path) -> None:
    with scratch("import"):
        first = import_paths([path])
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        again = import_paths([path])
        rate, floor = first.read / first.seconds, bare_copy()
        print(f"{path.name}: {first.read:,} resources of {first.patients} patients")
        print(f"  first run   {rate:,.0f} a second, peak memory {megabytes:.0f} MB")
        print(f"  second run  {again.read / again.seconds:,.0f} a second, {again.created} created")
        print(f"  floor       {floor:,.0f} outbox rows a second by bare COPY: {floor / rate:.1f} x")
        tell_differences(path)


def tell_differences(path: Path) -> None:
    """Counts in against counts out, by type and patient."""
    delivered, aside = deliver()
    read, kept = in_files(path), in_databases()
    missing, extra = read - kept, kept - read
    patients = {patient for _, patient in read if patient}
    types = {name for name, _ in read}
    print(f"  delivered   {delivered:,} rows to MongoDB, {aside} set aside")
    print(
        f"  counts      {read.total():,} resources, {len(types)} types, {len(patients)} patients:"
    )
    print(f"              {missing.total()} missing, {extra.total()} too many")


def deliver() -> tuple[int, int]:
    """Rows the relay delivered and set aside."""
    total = 0
    with connected() as held:
        delivery = Delivery(held, mongo.database())
        while rows := delivery.run_once():
            total += rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM outbox WHERE state <> 'd'")
        return total, cursor.fetchone()[0]


def in_files(path: Path) -> Counts:
    """Distinct resources by type and patient, as they stand in the files."""
    owners: dict[Key, str] = {}
    for member in Sources([path]):
        source = source_of(member.path)
        for found in BundleReader(member.stream):
            if isinstance(found, Found) and found.resource.get("resourceType"):
                scope = Scope(source, 0, found.bundle)
                key = source.key(found.resource["resourceType"], found.resource["id"])
                owners.setdefault(key, owner(key, found.resource, scope))
    return Counter((key.resource_type, patient) for key, patient in owners.items())


def owner(key: Key, found: dict[str, Any], scope: Scope) -> str:
    """The id of the patient it is about."""
    if key.resource_type == "Patient":
        return str(entity_uuid(key))
    for name in FIELDS:
        reference = found.get(name, {})
        if isinstance(reference, dict) and "reference" in reference:
            for target in Links().candidates(scope, reference["reference"], ["Patient"]):
                return str(entity_uuid(target))
    return ""


def in_databases() -> Counts:
    """Resources by type and patient, as far as the row or document they became is there."""
    owners = dict(owned_rows()) | dict(owned_documents())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource_type, entity_type, entity_id, body IS NOT NULL"
            " FROM imported_resources WHERE resource_type NOT LIKE %s",
            [f"%{BY_IDENTIFIER}"],
        )
        rows = cursor.fetchall()
    return Counter(
        (name, owners.get((kind, key), ""))
        for name, kind, key, body in rows
        if body or (kind, key) in owners
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


def bare_copy() -> float:
    """Rows a second when the outbox's rows are copied into a table like it, untriggered."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM outbox")  # noqa: S608
        rows = cursor.fetchall()
        cursor.execute("CREATE TABLE floor (LIKE outbox INCLUDING DEFAULTS INCLUDING INDEXES)")
        started = time.perf_counter()
        with cursor.copy(f"COPY floor ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return len(rows) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
