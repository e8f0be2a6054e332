"""Migrations that seal columns which were stored in clear, and take that back.

Three steps: `set_aside` the clear columns and add sealed ones under their names; `fill` those, batch
by batch, so that a run that broke off goes on where it was; `drop` the clear columns and rewrite
the table, since a dropped column's values would stay in the table's file.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from django.db import transaction
from django.db.migrations import AlterField, RunPython, RunSQL
from django.db.migrations.operations.base import Operation

from core.crypto import envelope
from core.crypto.fields import SealedField, SealedObjectField
from core.crypto.values import Sealed

BATCH = 500
TEXT, JSON = "text NOT NULL DEFAULT ''", "jsonb NOT NULL DEFAULT '{}'"
Row = dict[str, Any]


def set_aside(model: str, table: str, fields: dict[str, SealedField]) -> list[Operation]:
    """The columns are sealed from here on, and empty until `fill` has run."""
    return [
        step
        for name, field in fields.items()
        for step in (
            RunSQL(
                f'ALTER TABLE {table} RENAME "{name}" TO "{name}_plain";'
                f"ALTER TABLE {table} ADD \"{name}\" bytea NOT NULL DEFAULT '';"
                f'ALTER TABLE {table} ALTER "{name}_plain" SET DEFAULT {_default(field)}',
                f'ALTER TABLE {table} DROP "{name}";'
                f'ALTER TABLE {table} RENAME "{name}_plain" TO "{name}";'
                f'ALTER TABLE {table} ALTER "{name}" DROP DEFAULT',
                state_operations=[AlterField(model, name, field)],
            ),
        )
    ]


def fill(app: str, model: str) -> RunPython:
    """In a migration that is not atomic."""

    def forwards(apps: Any, editor: Any) -> None:
        _Columns(apps.get_model(app, model)).seal(editor.connection)

    def backwards(apps: Any, editor: Any) -> None:
        _Columns(apps.get_model(app, model)).open(editor.connection)

    return RunPython(forwards, backwards)


def drop(table: str, fields: dict[str, SealedField]) -> list[Operation]:
    """In a migration that is not atomic."""
    gone = ", ".join(f'DROP IF EXISTS "{name}_plain"' for name in fields)
    back = ", ".join(f'ADD "{name}_plain" {_column(field)}' for name, field in fields.items())
    return [
        RunSQL(f"ALTER TABLE {table} {gone}", f"ALTER TABLE {table} {back}"),
        RunSQL(f"VACUUM (FULL, ANALYZE) {table}", RunSQL.noop),
    ]


def _column(field: SealedField) -> str:
    return JSON if isinstance(field, SealedObjectField) else TEXT


def _default(field: SealedField) -> str:
    return _column(field).partition("DEFAULT ")[2]


class _Columns:
    """The sealed columns of one table, each with the clear one beside it."""

    def __init__(self, model: Any) -> None:
        every = [f for f in model._meta.concrete_fields if isinstance(f, SealedField)]
        self.fields = {str(field.column): field for field in every}
        self.table = model._meta.db_table
        self.pk = str(model._meta.pk.column)
        known = {name for f in every for name in (f.owner, *f.place)} - {"", self.pk}
        self.read = [self.pk, *sorted(known)]
        self.model = model

    def seal(self, connection: Any) -> None:
        clear = [f"{name}_plain" for name in self.fields]
        while rows := self._batch(connection, clear):
            envelope.provide(self._owners(rows))
            self._write(connection, clear, map(self._sealed, rows))

    def open(self, connection: Any) -> None:
        while rows := self._batch(connection, list(self.fields)):
            envelope.warm(self._owners(rows))
            self._write(connection, list(self.fields), map(self._opened, rows))

    def _batch(self, connection: Any, full: list[str]) -> list[Row]:
        """Rows that still have something in one of these columns."""
        held = " OR ".join(f"\"{name}\"::text NOT IN ('', '\\x', '{{}}')" for name in full)
        every = [*self.fields, *(f"{name}_plain" for name in self.fields)]
        names = [*self.read, *every]
        columns = ", ".join(map(self._column, names))
        statement = f"SELECT {columns} FROM {self.table} WHERE {held} LIMIT {BATCH}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _column(self, name: str) -> str:
        """`visit.patient_id` is a column of the row that `visit_id` leads to."""
        table, _, column = name.rpartition(".")
        if not table:
            return f'"{name}"'
        link = self.model._meta.get_field(table)
        above = link.related_model._meta.db_table
        return f"(SELECT up.{column} FROM {above} AS up WHERE up.id = {link.column})"  # noqa: S608

    def _owners(self, rows: list[Row]) -> set[str]:
        return {field.owner_in(row) for row in rows for field in self.fields.values()}

    def _sealed(self, row: Row) -> Row:
        known = {name: row[name] for name in self.read}
        return {
            name: bytes(field.sealed_in({**known, name: _read(field, row[f"{name}_plain"])}))
            for name, field in self.fields.items()
        } | {"pk": row[self.pk]}

    def _opened(self, row: Row) -> Row:
        own = {name: row[name] for name in self.read if "." not in name}
        instance = self.model(**own)
        return {
            f"{name}_plain": _written(field.opened(Sealed(row[name]), instance))
            for name, field in self.fields.items()
            if row[name]
        } | {"pk": row[self.pk]}

    def _write(self, connection: Any, emptied: list[str], rows: Iterable[Row]) -> None:
        """A batch at once, and nothing said of it.

        The audit would report every row as changed, and every form that is open would clash.
        """
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {self.table} DISABLE TRIGGER USER")
            for row in rows:
                given = [name for name in row if name != "pk"]
                sets = [f'"{name}" = %({name})s' for name in given]
                sets += [f'"{name}" = DEFAULT' for name in emptied]
                statement = f"UPDATE {self.table} SET {', '.join(sets)} WHERE {self.pk} = %(pk)s"  # noqa: S608
                cursor.execute(statement, row)
            cursor.execute(f"ALTER TABLE {self.table} ENABLE TRIGGER USER")


def _read(field: SealedField, clear: Any) -> Any:
    is_text = isinstance(clear, str) and isinstance(field, SealedObjectField)
    return orjson.loads(clear) if is_text else clear


def _written(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
