"""MongoDB's collections as read-only tables of Django, for the administration.

They take the place of djongo (docs/adr/0002-djongo.md): unmanaged models on the alias `mongodb`,
which the router keeps from being written, migrated or dumped.
"""

from typing import Any, Self

from bson import Binary, Decimal128, ObjectId
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.reads import saw

ALIAS = "mongodb"


class BsonEncoder(DjangoJSONEncoder):
    """Shows the BSON values that JSON has no word for."""

    def default(self, value: Any) -> Any:
        if isinstance(value, ObjectId):
            return str(value)
        if isinstance(value, Decimal128):
            return str(value.to_decimal())
        if isinstance(value, bytes | Binary):
            return f"<{len(value)} bytes>"
        return super().default(value)


class BsonField(models.JSONField):
    """Reads a sub-document as it is: one odd value must not break a whole list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"encoder": BsonEncoder, "null": True, "blank": True, **options})

    def get_internal_type(self) -> str:
        return "BsonField"

    def db_type(self, connection: Any) -> str:
        return "object"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value


class MirrorModel(models.Model):
    """A collection to look at. Writing raises PermissionError; documents come by the outbox."""

    id = models.CharField(primary_key=True, max_length=36, db_column="_id")

    class Meta:
        abstract = True
        managed = False

    def __str__(self) -> str:
        return self.id

    @classmethod
    def from_db(cls, *args: Any, **options: Any) -> Self:
        """A document about a patient shows one."""
        loaded = super().from_db(*args, **options)
        saw(loaded.__dict__.get("patient_id"))
        return loaded


class MirrorRouter:
    """Mirrors read from MongoDB; nothing is written, migrated, dumped or flushed there."""

    def db_for_read(self, model: type[models.Model], **_: Any) -> str | None:
        return ALIAS if issubclass(model, MirrorModel) else None

    def db_for_write(self, model: type[models.Model], **_: Any) -> str | None:
        if issubclass(model, MirrorModel):
            raise PermissionError(
                f"{model.__name__} only mirrors MongoDB; save the document instead."
            )
        return None

    def allow_relation(self, first: models.Model, second: models.Model, **_: Any) -> bool | None:
        return False if isinstance(first, MirrorModel) or isinstance(second, MirrorModel) else None

    def allow_migrate(
        self, db: str, app: str, model_name: str | None = None, **_: Any
    ) -> bool | None:
        if db == ALIAS:
            return False
        model = apps.all_models[app].get(model_name or "")
        return False if model is not None and issubclass(model, MirrorModel) else None
