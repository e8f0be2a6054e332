"""A resource on its way in, and what it becomes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson
from django.db.models import JSONField, Model
from django.db.models.fields import NOT_PROVIDED

from core.crypto.fields import sealed_fields
from core.importing.errors import Unfit
from core.importing.identity import Key, Source, entity_uuid
from core.importing.links import Imported, Links, Scope
from core.importing.node import Node
from core.importing.spool import Waiting


class Incoming:
    """A new or changed resource, with the means to follow its references."""

    __slots__ = ("_links", "id", "node", "prepared", "previous", "scope", "waiting")

    def __init__(self, waiting: Waiting, links: Links, previous: Imported | None = None) -> None:
        self.waiting, self._links, self.previous = waiting, links, previous
        self.node = Node(waiting.resource())
        self.scope = Scope(Source(waiting.source, waiting.is_given), waiting.file, waiting.bundle)
        self.id = self.part_id()
        self.prepared: Any = None

    @property
    def key(self) -> Key:
        return self.waiting.key

    def part_id(self, part: str = "") -> str:
        """The id of the row it becomes, or of one of several rows."""
        return str(entity_uuid(self.key, part))

    def document_id(self, part: str = "") -> str:
        """The id of the document it becomes: a changed resource becomes another document."""
        if self.previous and not part:
            part = f"{self.previous.entity_id}>{self.waiting.digest.hex()}"
        return str(entity_uuid(self.key, part))

    def find(self, reference: str, *types: str) -> str | None:
        """The entity a reference leads to, None when it is not among what was imported."""
        if not reference or reference.startswith("#"):
            return None
        return self._links.entity_id(self._links.candidates(self.scope, reference, types)) or None

    def find_at(self, node: Node, field_name: str, *types: str) -> str | None:
        """The same for a field that holds a Reference."""
        return self.find(node.reference(field_name), *types)

    def require(self, field_name: str, *types: str) -> str:
        """The same for a field without which the resource makes no sense. Raises Unfit."""
        reference = self.node.reference(field_name)
        if not reference:
            raise self.node.unfit(field_name, "is missing")
        if found := self.find(reference, *types):
            return found
        raise self.node.unfit(field_name, f"{reference[:120]} was not imported")

    def contained(self, reference: str) -> Node:
        """The contained resource a `#reference` means; empty when there is none."""
        for node in self.node.children("contained"):
            if reference.startswith("#") and node.text("id") == reference[1:]:
                return node
        return Node({}, "contained")

    def identifiers(self) -> Iterator[str]:
        """Its business identifiers as references spell them: `system|value`."""
        for identifier in self.node.children("identifier"):
            if value := identifier.text("value"):
                yield f"{identifier.text('system')}|{value}"

    def targets(self, field_name: str) -> list[str]:
        """The references in a field whose name is dotted where it lies deeper."""
        return [text for each in _at(self.node.value, field_name) if (text := _reference(each))]


def _at(value: Any, field_name: str) -> list[dict[str, Any]]:
    """The objects in a field, whether it holds one or a list."""
    head, _, deeper = field_name.partition(".")
    found = value.get(head)
    if not found:  # Most of the fields that are asked for are not there.
        return []
    objects = [each for each in _flat(found) if isinstance(each, dict)]
    return [inner for each in objects for inner in _at(each, deeper)] if deeper else objects


def _flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _reference(value: dict[str, Any]) -> str:
    try:
        return Node(value).as_reference()
    except Unfit:
        return ""  # Whoever takes the resource will find and report it.


@dataclass(slots=True)
class Row:
    """A row to write; what is not given takes the model's default."""

    model: type[Model]
    values: dict[str, Any]

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def columns(self) -> dict[str, Any]:
        """Every column with its value as PostgreSQL's COPY takes it."""
        merged = {**defaults(self.model), **self.values}
        for column in json_columns(self.model):
            merged[column] = orjson.dumps(merged[column]).decode()
        return merged | {
            str(each.column): each.sealed_in(merged) for each in sealed_fields(self.model)
        }

    def key_owner(self) -> str | None:
        """Whose data key its columns are sealed with."""
        return next((f.owner_in(self.values) for f in sealed_fields(self.model)), None)


@cache
def defaults(model: type[Model]) -> dict[str, Any]:
    """What Django would fill in; columns the database fills in are left to it."""
    return {
        str(field.column): field.get_default()
        for field in model._meta.concrete_fields
        if not field.generated and field.db_default is NOT_PROVIDED
    }


@cache
def json_columns(model: type[Model]) -> list[str]:
    """The columns that hold JSON."""
    return [str(f.column) for f in model._meta.concrete_fields if isinstance(f, JSONField)]


@dataclass(slots=True)
class Document:
    """A document for MongoDB, put into the outbox with a fixed `_id`."""

    collection_name: str
    pk: str
    patient_id: str
    body: dict[str, Any]

    def entity(self) -> tuple[str, str]:
        return self.collection_name, self.pk

    def owner(self) -> str:
        return self.patient_id

    def payload(self) -> dict[str, Any]:
        return {"_id": self.pk, "patient_id": self.patient_id, **self.body}


@dataclass(slots=True)
class Taken:
    """What a resource becomes: rows, documents, or its own body kept as it is.

    `entity` is the type and id under which others find it; `note` is for the
    `finish` of whoever took it.
    """

    incoming: Incoming
    entity: tuple[str, str]
    rows: list[Row] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    body: dict[str, Any] | None = None
    note: Any = None
    finish: "Callable[[Sequence[Taken]], None] | None" = None
