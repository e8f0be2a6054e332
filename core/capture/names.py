"""How a table is called in the audit and on the live topics."""

import re

from django.db.models import GeneratedField, Model

from core.crypto.fields import SealedField
from core.fields import SensitiveTextField


def entity_type(model: type[Model]) -> str:
    """`LabRequest` reports as `lab_request`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def patient_column(model: type[Model]) -> str:
    """The column that says whose row it is; empty where a table is nobody's."""
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    return str(columns.get("patient", ""))


def sealed_columns(model: type[Model]) -> list[str]:
    """Columns whose values are not readable in the audit, as the functions of capture know them.

    `phone:32` is encrypted, from its 32nd byte on: so it is kept. Of `secret` nothing is.
    """
    fields = model._meta.concrete_fields
    return [
        f"{field.column}:{field.offset}" if isinstance(field, SealedField) else str(field.column)
        for field in fields
        if isinstance(field, SealedField | SensitiveTextField)
    ]


def derived_columns(model: type[Model]) -> list[str]:
    """Columns the database computes from others: their change says nothing new."""
    fields = model._meta.concrete_fields
    return [str(field.column) for field in fields if isinstance(field, GeneratedField)]
