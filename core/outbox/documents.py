"""The base of every MongoDB document: saving it commits it to the outbox, the relay writes it."""

import math
from typing import Any, ClassVar, NoReturn

from django.core.exceptions import ValidationError
from mongoengine import Document, QuerySet, StringField

from core.ids import uuid7
from core.outbox import domain

MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class SafeQuerySet(QuerySet):
    """Filters take plain values only: a dictionary would be read by MongoDB as an operator."""

    def __call__(self, q_obj: Any = None, **query: Any) -> "SafeQuerySet":
        for name, value in query.items():
            if name == "__raw__" or isinstance(value, dict):
                raise ValidationError(f"{name} must be a plain value.")
        return super().__call__(q_obj, **query)  # type: ignore[no-any-return]


class OutboxDocument(Document):
    """An immutable fact. `save()` validates it and puts it into the outbox with a fixed `_id`.

    It is in MongoDB once the relay has passed, usually within milliseconds. A correction is a
    new document; none is ever changed or deleted from here.
    """

    id = StringField(primary_key=True, max_length=36, default=lambda: str(uuid7()))

    meta: ClassVar[dict[str, Any]] = {
        "abstract": True,
        "auto_create_index": False,
        "strict": False,
        "queryset_class": SafeQuerySet,
    }

    @property
    def collection_name(self) -> str:
        return str(self._get_collection_name())

    def entity(self) -> tuple[str, str]:
        """Its type and id as the audit and the live topics name it."""
        return self.collection_name, self.pk

    def owner(self) -> str | None:
        """The patient it is about, if any."""
        return getattr(self, "patient_id", None)

    def payload(self) -> dict[str, Any]:
        """What MongoDB will hold. Raises ValidationError (mongoengine's or Django's) when unfit."""
        self.validate()
        fields: dict[str, Any] = self.to_mongo().to_dict()
        refuse_operators(fields)
        return fields

    def save(self, *_: Any, **__: Any) -> "OutboxDocument":
        """Commit it to the outbox, within the caller's transaction if there is one."""
        domain.put_document(self)
        return self

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("A record is corrected by a new document, never deleted.")

    update = modify = delete


def refuse_operators(value: Any, path: str = "", depth: int = 0) -> None:
    """Raises ValidationError for what MongoDB could misread: `$` or dotted keys, NaN, big numbers."""
    if depth > MAX_DEPTH:
        raise ValidationError(f"{path} is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_key(key, path)
            refuse_operators(inner, f"{path}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_operators(inner, path, depth + 1)
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValidationError(f"{path} is larger than 64 bits.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValidationError(f"{path} is not a number.")


def _refuse_key(key: Any, path: str) -> None:
    if not isinstance(key, str) or not key or key[0] == "$" or "." in key or "\0" in key:
        raise ValidationError(f"{key!r} cannot be a field name in {path or 'a document'}.")
