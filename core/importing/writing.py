"""A batch becomes rows, documents and entries of what was imported: all of it or nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import orjson
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from core.crypto import envelope
from core.importing.identity import Key
from core.importing.incoming import Row, Taken
from core.outbox import domain as outbox

REMEMBER = """
    INSERT INTO imported_resources
        (source, resource_type, resource_id, entity_type, entity_id, digest, body)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[],
                         %s::jsonb[])
    ON CONFLICT (source, resource_type, resource_id) DO UPDATE
    SET entity_type = excluded.entity_type, entity_id = excluded.entity_id,
        digest = excluded.digest, body = excluded.body, imported_at = now()
"""
Entry = tuple[Key, tuple[str, str], bytes, str | None]


def write(batch: Sequence[Taken], names: Sequence[Entry]) -> None:
    """Within the caller's transaction. `names` are identifiers under which some are sought."""
    with connection.cursor() as cursor:
        # First, since this goes through Django: it announces who acts to the triggers.
        remember(cursor, [*(_entry(taken) for taken in batch), *names])
    rows = [row for taken in batch for row in taken.rows]
    owners = {owner for row in rows if (owner := row.key_owner())}
    documents = [document for taken in batch for document in taken.documents]
    envelope.provide(owners | {document.patient_id for document in documents})
    insert([row for taken in batch if not taken.incoming.previous for row in taken.rows])
    update([row for taken in batch if taken.incoming.previous for row in taken.rows])
    if documents:
        outbox.put_documents(documents)
    _finish(batch)


def _entry(taken: Taken) -> Entry:
    body = None if taken.body is None else orjson.dumps(taken.body).decode()
    return taken.incoming.key, taken.entity, taken.incoming.waiting.digest, body


def remember(cursor: CursorWrapper, entries: Iterable[Entry]) -> None:
    """What was imported and what it became; the last entry of a key counts."""
    latest = {entry[0]: entry for entry in entries}.values()
    rows = [(*key, *entity, digest, body) for key, entity, digest, body in latest]
    cursor.execute(REMEMBER, [list(column) for column in zip(*rows, strict=True)])


def insert(rows: Sequence[Row]) -> None:
    """New rows by COPY, table by table in the order in which they first appear."""
    for table, group in _by_table(rows).items():
        columns = [row.columns() for row in group]
        names = list(columns[0])
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for values in columns:
                copy.write_row([values[name] for name in names])


def update(rows: Sequence[Row]) -> None:
    """Rows of changed resources; one that is new is added."""
    for row in rows:
        given = row.columns()
        changed = [name for name in row.values if name != "id"]
        statement = sql.SQL(
            "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT (id) DO UPDATE SET {}"
        ).format(
            sql.Identifier(row.table),
            sql.SQL(", ").join(map(sql.Identifier, given)),
            sql.SQL(", ").join(sql.Placeholder() * len(given)),
            sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in changed
            ),
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, list(given.values()))


def _by_table(rows: Sequence[Row]) -> dict[str, list[Row]]:
    tables: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        tables[row.table].append(row)
    return tables


def _finish(batch: Sequence[Taken]) -> None:
    groups: dict[Callable[[Sequence[Taken]], None], list[Taken]] = defaultdict(list)
    for taken in batch:
        if taken.finish:
            groups[taken.finish].append(taken)
    for finish, group in groups.items():
        finish(group)
