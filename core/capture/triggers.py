"""Triggers that audited tables carry.

They call the shared functions of `core/migrations/sql/0001_capture.sql` directly, so neither the
ignore switch of django-pgtrigger nor a forgotten call can bypass them.
"""

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.db.models import Model

from core.capture.names import derived_columns, entity_type, patient_column, sealed_columns


class Calls(pgtrigger.Trigger):
    """A trigger that executes one of the shared SQL functions with these arguments."""

    def __init__(self, function: str, *arguments: str, **options: Any) -> None:
        super().__init__(func="RETURN NULL;", **options)
        self.function, self.arguments = function, arguments

    def arguments_for(self, model: type[Model]) -> tuple[str, ...]:
        return self.arguments

    def render_execute(self, model: type[Model]) -> str:  # type: ignore[override]
        quoted = ", ".join(
            "'" + text.replace("'", "''") + "'" for text in self.arguments_for(model)
        )
        return f"{self.function}({quoted})"


class Reports(Calls):
    """A trigger that writes the outbox row of a change.

    Only fields are asked of the model, since migrations see it without its class attributes.
    """

    def __init__(self, function: str, patient: str, sealed: Sequence[str], **options: Any) -> None:
        super().__init__(function, name=function, when=pgtrigger.After, **options)
        self.patient, self.sealed = patient, sealed

    def arguments_for(self, model: type[Model]) -> tuple[str, ...]:
        return (
            entity_type(model),
            self.patient or patient_column(model),
            ",".join([*self.sealed, *sealed_columns(model)]),
            ",".join(derived_columns(model)),
        )


def recorded(*, patient: str = "", sealed: Sequence[str] = ()) -> list[pgtrigger.Trigger]:
    """What makes a table audited: stamped, reported on every change, closed to TRUNCATE.

    `patient` is the column that says whose row it is, where that is not `patient_id`; values of
    the `sealed` columns stay out of the audit, as those of every SensitiveTextField do. Encrypted
    columns are in it as they are, encrypted.
    """
    new = pgtrigger.Referencing(new="new_rows")  # type: ignore[no-untyped-call]
    old = pgtrigger.Referencing(old="old_rows")  # type: ignore[no-untyped-call]
    statement = pgtrigger.Statement
    return [
        stamped(),
        Reports(
            "capture_insert",
            patient,
            sealed,
            level=statement,
            operation=pgtrigger.Insert,
            referencing=new,
        ),
        Reports(
            "capture_update",
            patient,
            sealed,
            operation=pgtrigger.Update,
            condition=pgtrigger.AnyChange(),
        ),
        Reports(
            "capture_delete",
            patient,
            sealed,
            level=statement,
            operation=pgtrigger.Delete,
            referencing=old,
        ),
        refused("truncate", pgtrigger.Truncate, "TRUNCATE leaves no trace; delete the rows"),
    ]


def stamped() -> pgtrigger.Trigger:
    """Version, times and persons of a row are set by the database."""
    return Calls(
        "capture_stamp",
        name="capture_stamp",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
    )


def refused(name: str, operation: pgtrigger.Operation, sentence: str) -> pgtrigger.Trigger:
    """The operation fails with the sentence, whoever tries."""
    return Calls(
        "refuse",
        sentence,
        name=f"refuse_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=operation,
    )


def moves(column: str, **allowed: str) -> pgtrigger.Trigger:
    """Only these state changes are legal: `moves("state", draft="signed cancelled")`."""
    pairs = [f"{before}>{after}" for before in allowed for after in allowed[before].split()]
    return Calls(
        "guard_moves",
        column,
        ",".join(pairs),
        name=f"moves_{column}",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(column),  # type: ignore[no-untyped-call]
    )


def frozen(name: str, when: pgtrigger.Condition, sentence: str, *, free: str) -> pgtrigger.Trigger:
    """Once `when` holds, only the columns of `free` (comma separated) may still change."""
    return Calls(
        "guard_columns",
        sentence,
        free,
        name=f"frozen_{name}",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=when,
    )
