"""Columns that are encrypted before storage and open on the row they belong to.

The column is `bytea`: empty for a blank value, else the blind indexes the field is found by, 16
bytes each, and what `envelope.seal` made of them and the value for the place `table.column:id`. So
the sealed bytes say which indexes belong before them, and open without them, as the audit keeps
them. Those names are part of what is sealed: renaming a table or a column means sealing it anew.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import orjson
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from core.crypto import blind, datakeys, envelope
from core.crypto.errors import KeyShredded, NotAuthentic
from core.crypto.lookups import FINDS, FindsBlank
from core.crypto.values import Opened, OpenedObject, OpenedText, Sealed, as_bytes, still_sealed
from core.fields import SensitiveTextField

__all__ = ["SealedField", "SealedObjectField", "SealedTextField", "sealed_fields"]

BLANK = b""


class OpensOnReading(DeferredAttribute):
    """The attribute opens when somebody reads it, and not before: most pages never do."""

    field: "SealedField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = self.field.opened(value, instance)
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.Field):  # type: ignore[type-arg]
    """`owner` names the attribute whose key it is sealed with, `visit.patient_id` that of another
    row; "" is the house's own key. `place` names the attributes that tell the row from all others,
    where its id is only known once it is stored.

    `finds` names the blind indexes (`blind.KINDS`): the first answers `filter(phone=…)`, each
    answers `filter(phone__KIND=…)`. Any other lookup is refused, and so is `update(phone=…)`,
    which knows no row to seal for.
    """

    descriptor_class = OpensOnReading

    def __init__(
        self,
        *args: Any,
        owner: str = "",
        place: Sequence[str] = (),
        finds: Sequence[str] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.owner, self.place, self.finds = owner, tuple(place), tuple(finds)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options |= {"owner": self.owner} if self.owner else {}
        options |= {"place": self.place} if self.place else {}
        options |= {"finds": self.finds} if self.finds else {}
        return name, path, args, options

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def offset(self) -> int:
        """Where the sealed bytes begin."""
        return blind.SIZE * len(self.finds)

    @property
    def label(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def opened(self, value: Sealed, instance: models.Model) -> Any:
        """The value for whoever reads it; blank if the owner's key was destroyed.

        Raises KeyMissing, DataKeyMissing, NotAuthentic.
        """
        place = self._place(instance)
        # Another row's is not asked for: it would cost a question, and the place is the row's own.
        owner = None if "." in self.owner else self._owner_of(instance)
        try:
            plain = self._opened(owner, value, place)
        except KeyShredded:
            plain = as_bytes(self.blank_value())
        return self._remembering(plain, value, place, is_stored=True)

    def opened_alone(self, sealed: bytes, pk: object) -> Any:
        """What was sealed for the row of that key, from the bytes without the indexes before them.

        Raises what `envelope.open_sealed` raises.
        """
        plain = envelope.open_sealed(None, sealed, f"{self.label}:{pk}")
        return self.from_plain(plain[self.offset :])

    def sealed(self, value: Any, owner: Callable[[], str], place: str) -> Sealed:
        """The column for this value at this place. Raises what `envelope.seal` raises."""
        plain = as_bytes(value)
        if same := still_sealed(value, place, plain, self.offset):
            return Sealed(same)
        if not value:
            return Sealed(BLANK)
        blinds = b"".join(self.blind(kind, value) for kind in self.finds)
        return Sealed(blinds + envelope.seal(owner(), blinds + plain, place))

    def sealed_in(self, columns: Mapping[str, Any]) -> Sealed:
        """The same for a row that is written without a model, from its columns."""
        names = self.place or (str(self.model._meta.pk.column),)
        place = f"{self.label}:{'/'.join(str(columns[name]) for name in names)}"
        return self.sealed(columns[str(self.column)], lambda: self.owner_in(columns), place)

    def owner_in(self, columns: Mapping[str, Any]) -> str:
        return str(columns[self.owner]) if self.owner else envelope.HOUSE

    def blind(self, kind: str, value: str) -> bytes:
        """What the value is found by; the same for every value that has nothing of the kind."""
        return blind.blind(f"{self.label}.{kind}", blind.KINDS[kind](value))

    def from_plain(self, plain: bytes) -> Any:
        """An `Opened` value of the field's type."""
        raise NotImplementedError

    def blank_value(self) -> Any:
        raise NotImplementedError

    def from_db_value(self, value: Any, *_: Any) -> Any:
        if not value:
            return self.blank_value()
        datakeys.expect(bytes(value[self.offset :][envelope.KEY]))
        return Sealed(value)

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        raw = instance.__dict__.get(self.attname)
        if isinstance(raw, Sealed) and not add:
            return raw
        value = getattr(instance, self.attname)
        place = self._place(instance)
        sealed = self.sealed(value, lambda: self._owner_of(instance), place)
        if sealed and sealed != getattr(value, "sealed", None):
            kept = self._remembering(as_bytes(value), sealed, place, is_stored=False)
            instance.__dict__[self.attname] = kept
        return sealed

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Refuses plaintext, wherever it comes from."""
        if not value:
            return connection.Database.Binary(BLANK)
        if isinstance(value, Sealed):
            return connection.Database.Binary(bytes(value))
        raise FieldError(
            f"{self.name} is sealed for its row: set it on the instance and save that."
        )

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in ("exact", "iexact"):
            return FINDS[self.finds[0]] if self.finds else FindsBlank
        return FINDS[lookup_name] if lookup_name in self.finds else None

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def _owner_of(self, instance: models.Model) -> str:
        return str(attrgetter(self.owner)(instance)) if self.owner else envelope.HOUSE

    def _place(self, instance: models.Model) -> str:
        names = self.place or ("pk",)
        return f"{self.label}:{'/'.join(str(getattr(instance, name)) for name in names)}"

    def _opened(self, owner: str | None, value: bytes, place: str) -> bytes:
        """Without the blind indexes, once they are those that were sealed with it."""
        plain = envelope.open_sealed(owner, value[self.offset :], place)
        if plain[: self.offset] != value[: self.offset]:
            raise NotAuthentic(place)
        return plain[self.offset :]

    def _remembering(self, plain: bytes, sealed: bytes, place: str, *, is_stored: bool) -> Opened:
        made: Opened = self.from_plain(plain)
        made.remember(bytes(sealed), place, plain, is_stored=is_stored)
        return made


class SealedTextField(SealedField, SensitiveTextField):
    """Text that identifies or locates a person."""

    def from_plain(self, plain: bytes) -> OpenedText:
        return OpenedText(plain.decode())

    def blank_value(self) -> str:
        return ""


class SealedObjectField(SealedField):
    """A JSON object."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"default": dict, "blank": True, **options})

    def from_plain(self, plain: bytes) -> OpenedObject:
        return OpenedObject(orjson.loads(plain))

    def blank_value(self) -> dict[str, Any]:
        return {}


def sealed_fields(model: type[models.Model]) -> list[SealedField]:
    """The columns of a table that are sealed."""
    return [f for f in model._meta.concrete_fields if isinstance(f, SealedField)]
