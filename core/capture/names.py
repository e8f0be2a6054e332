"""How a table is called in the audit and on the live topics."""

import re

from django.db.models import Model

from core.fields import SensitiveTextField


def entity_type(model: type[Model]) -> str:
    """`LabRequest` reports as `lab_request`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def patient_column(model: type[Model]) -> str:
    """The column that says whose row it is; empty where a table is nobody's."""
    named = getattr(model, "patient_column", None)
    if named is not None:
        return str(named)
    fields = {field.name: field for field in model._meta.concrete_fields}
    return str(fields["patient"].column) if "patient" in fields else ""


def sealed_columns(model: type[Model]) -> list[str]:
    """Columns whose values stay out of the audit."""
    named = list(getattr(model, "sealed_columns", ()))
    typed = [f.column for f in model._meta.concrete_fields if isinstance(f, SensitiveTextField)]
    return named + typed
