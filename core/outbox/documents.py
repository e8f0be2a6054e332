"""The base of every MongoDB document: saving it commits it to the outbox, the relay writes it."""

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import NoneType
from typing import Any, ClassVar, NoReturn
from uuid import UUID

from bson import Binary, Decimal128, ObjectId
from django.core.exceptions import ValidationError
from mongoengine import Document, QuerySet, StringField

from core.ids import uuid7
from core.outbox import domain, sealing

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MAX_DEPTH = 32
MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1
# One half of a character that UTF-16 writes as two: no text, and nothing UTF-8 can say.
HALF = re.compile("[\ud800-\udfff]")
PLAIN = (str, int, float, bool, NoneType, datetime, bytes, UUID, Binary, Decimal128, ObjectId)


class SafeQuerySet(QuerySet):
    """Filters take plain values only: a dictionary would be read by MongoDB as an operator."""

    def __call__(self, q_obj: Any = None, **query: Any) -> "SafeQuerySet":
        for name, value in query.items():
            if name == "__raw__" or isinstance(value, dict):
                raise ValidationError(f"{name} must be a plain value.")
            if name.partition("__")[0] in self._document.sealed_fields:
                raise ValidationError(f"{name} is sealed: nobody is found by it.")
        return super().__call__(q_obj, **query)  # type: ignore[no-any-return]


class OutboxDocument(Document):
    """An immutable fact. `save()` validates it and puts it into the outbox with a fixed `_id`.

    It is in MongoDB once the relay has passed, usually within milliseconds. A correction is a
    new document; none is ever changed or deleted from here. What `sealed_fields` names is stored
    encrypted and opened when the document is read.
    """

    sealed_fields: ClassVar[tuple[str, ...]] = ()

    id = StringField(primary_key=True, max_length=36, default=lambda: str(uuid7()))

    meta: ClassVar[dict[str, Any]] = {
        "abstract": True,
        "auto_create_index": False,
        "strict": False,
        "queryset_class": SafeQuerySet,
    }

    def __init__(self, *values: Any, **fields: Any) -> None:
        with _refusing(RecursionError, OverflowError):
            super().__init__(*values, **fields)

    @classmethod
    def _from_son(cls, son: Any, *values: Any, **options: Any) -> Any:
        """MongoEngine's door for what it has read."""
        opened = sealing.opened(cls._get_collection_name(), dict(son))
        return super()._from_son(opened, *values, **options)

    @property
    def collection_name(self) -> str:
        return str(self._get_collection_name())

    def entity(self) -> tuple[str, str]:
        """Its type and id as the audit and the live topics name it."""
        return self.collection_name, self.pk

    def owner(self) -> str | None:
        """The patient it is about, if any. Another system's id is kept, and is nobody here."""
        patient_id = getattr(self, "patient_id", None)
        return patient_id if patient_id and UUID_TEXT.fullmatch(patient_id) else None

    def payload(self) -> dict[str, Any]:
        """What MongoDB will hold. Raises ValidationError (mongoengine's or Django's) when unfit."""
        with _refusing(RecursionError, OverflowError, TypeError):
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


@contextmanager
def _refusing(*errors: type[Exception]) -> Iterator[None]:
    """MongoEngine stumbles over some values instead of refusing them."""
    try:
        yield
    except errors as error:
        raise ValidationError(
            "A value is of the wrong kind, too big or nested too deep."
        ) from error


def refuse_operators(value: Any, path: str = "", depth: int = 0) -> None:
    """Raises ValidationError for what MongoDB could misread or not hold: `$` or dotted keys, NaN,
    numbers beyond 64 bits, NUL, half a character."""
    if depth > MAX_DEPTH:
        raise ValidationError(f"A document is nested more than {MAX_DEPTH} deep.")
    if isinstance(value, dict):
        for key, inner in value.items():
            _refuse_key(key, path)
            refuse_operators(inner, f"{path}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_operators(inner, path, depth + 1)
    else:
        _refuse_value(value, path)


def _refuse_value(value: Any, path: str) -> None:
    if isinstance(value, int) and not MIN_INTEGER <= value <= MAX_INTEGER:
        raise ValidationError(f"{path} is larger than 64 bits.")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValidationError(f"{path} is not a number.")
    if isinstance(value, str) and not _is_text(value):
        raise ValidationError(f"{path} holds a NUL or half a character.")
    if not isinstance(value, PLAIN):
        raise ValidationError(
            f"{path} holds a {type(value).__name__}, which MongoDB does not know."
        )


def _is_text(value: str) -> bool:
    return "\0" not in value and (value.isascii() or not HALF.search(value))


def _refuse_key(key: Any, path: str) -> None:
    is_name = isinstance(key, str) and key and key[0] != "$" and "." not in key and _is_text(key)
    if not is_name:
        raise ValidationError(f"{key!r} cannot be a field name in {path or 'a document'}.")
