"""References of every kind, followed to what they point at."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from core.crypto.blind import blind
from core.importing.identity import EVERYWHERE, URN, Key, Source
from core.importing.r4 import TYPES

BY_IDENTIFIER = "?identifier="
CACHED = 100_000
LOOK_UP = """
    SELECT source, resource_type, resource_id, entity_type, entity_id, digest
    FROM imported_resources
    JOIN unnest(%s::text[], %s::text[], %s::text[])
        AS wanted (source, resource_type, resource_id)
    USING (source, resource_type, resource_id)
"""


class Imported(NamedTuple):
    """What a resource became, and the digest of what it was then."""

    entity_type: str
    entity_id: str
    digest: bytes


def look_up(keys: Iterable[Key]) -> dict[Key, Imported]:
    """Those of the resources that have been imported."""
    columns: list[list[str]] = [list(column) for column in zip(*keys, strict=True)]
    if not columns:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, columns)
        return {Key(*row[:3]): Imported(row[3], row[4], bytes(row[5])) for row in cursor.fetchall()}


class Scope(NamedTuple):
    """Where a reference stands: a `urn:uuid` means something only within its bundle."""

    source: Source
    file: int
    bundle: int


class Links:
    """Finds the entities that references point at; keeps what was found last."""

    def __init__(self, expected: Mapping[str, str] | None = None) -> None:
        """`expected` gives the entity type that resources of a type usually become."""
        self._expected = expected or {}
        self._entities: OrderedDict[Key, str] = OrderedDict()
        self._aliases: dict[tuple[int, int, str], tuple[str, str]] = {}

    def add_alias(self, scope: Scope, full_url: str, resource_type: str, resource_id: str) -> None:
        """In this bundle the resource goes by another name than its own."""
        self._aliases[scope.file, scope.bundle, full_url] = (resource_type, resource_id)

    def candidates(self, scope: Scope, reference: str, types: Sequence[str]) -> list[Key]:
        """The keys that the reference may mean, the likeliest first."""
        alias = self._aliases.get((scope.file, scope.bundle, reference))
        if alias:
            return [scope.source.key(*alias)] if alias[0] in types else []
        if reference.startswith(URN):
            name = reference.removeprefix(URN)
            return [scope.source.key(each, name) for each in types]
        head, by_identifier, identifier = reference.partition(BY_IDENTIFIER)
        if by_identifier:
            return identifier_keys(scope.source, [head] if head else types, identifier)
        resource_type, resource_id = _last_parts(reference)
        return [scope.source.key(resource_type, resource_id)] if resource_type in types else []

    def fetch(self, keys: Iterable[Key]) -> None:
        """Look up what is not known yet, all at once."""
        unknown = {key for key in keys if key not in self._entities}
        for key, found in look_up(unknown).items():
            self.remember(key, found.entity_type, found.entity_id)

    def remember(self, key: Key, entity_type: str, entity_id: str) -> None:
        """The resource is this entity from now on."""
        usual = self._expected.get(key.resource_type.removesuffix(BY_IDENTIFIER), "")
        self._entities[key] = entity_id if usual in ("", entity_type) else ""
        self._entities.move_to_end(key)
        if len(self._entities) > CACHED:
            self._entities.popitem(last=False)

    def entity_id(self, keys: Sequence[Key]) -> str | None:
        """The first of the keys that is known; "" is one without an entity of its own."""
        return next((self._entities[key] for key in keys if key in self._entities), None)


def identifier_keys(source: Source, types: Sequence[str], identifier: str) -> list[Key]:
    """Identifiers are kept beside the ids, under the name of their type with a question mark.

    Those of resources with a UUID can be found from every source, the own source's come first.
    """
    scopes = (source.name,) if source.is_given else (source.name, EVERYWHERE)
    return [identifier_key(scope, each, identifier) for scope in scopes for each in types]


def identifier_key(scope: str, resource_type: str, identifier: str) -> Key:
    """A number somebody is known by elsewhere is kept as a blind index of it."""
    hidden = blind("imported_resources.identifier", identifier).hex()
    return Key(scope, f"{resource_type}{BY_IDENTIFIER}", hidden)


def _last_parts(reference: str) -> tuple[str, str]:
    """`http://server/fhir/Patient/1/_history/2` is `Patient/1`."""
    parts = reference.partition("/_history/")[0].rpartition("/")
    resource_type = parts[0].rpartition("/")[2]
    return (resource_type, parts[2]) if resource_type in TYPES else ("", "")
