"""Which resource is which: an id counts only together with its source, unless it is a UUID.

The row or document a resource becomes has an id computed from its key, so that a reference leads
to it before it has been read, and a second run finds it again (docs/users/import.md, "Sources").
"""

import re
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid5

from core.importing.errors import ImportRefused
from core.importing.r4 import TYPES

NAMESPACE = UUID("6f1d6a52-8a3c-5a0e-9c1b-2f6f4c0f5e11")
EVERYWHERE = "urn:uuid"
URN = "urn:uuid:"
UUID_PATTERN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SOURCE_PATTERN = re.compile(r"[^\s/\\]{1,100}")
ARCHIVE = re.compile(r"\.(zip|tgz|txz|tar(\.(xz|gz|bz2|zst))?)$", re.IGNORECASE)
PACKING = re.compile(r"\.(ndjson|jsonl|json)$", re.IGNORECASE)


class Key(NamedTuple):
    """What names a resource for good."""

    source: str
    resource_type: str
    resource_id: str

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.resource_id}"


def entity_uuid(key: Key, part: str = "") -> UUID:
    """The id of what the resource becomes; `part` tells several rows of one resource apart."""
    return uuid5(NAMESPACE, "|".join((*key, part)) if part else "|".join(key))


class Source(NamedTuple):
    """Where resources come from. Unless somebody named it, UUIDs mean the same everywhere."""

    name: str
    is_given: bool = False

    def key(self, resource_type: str, resource_id: str) -> Key:
        """The key of an id that stands in this source's files."""
        if not self.is_given and UUID_PATTERN.fullmatch(resource_id):
            return Key(EVERYWHERE, resource_type, resource_id.lower())
        return Key(self.name, resource_type, resource_id)


def digest_of(content: bytes) -> bytes:
    """Tells whether a resource has changed since it was imported."""
    return blake2b(content, digest_size=16).digest()


def given_source(name: str) -> Source:
    """The source somebody named. Raises ImportRefused when it is no name."""
    if not SOURCE_PATTERN.fullmatch(name):
        raise ImportRefused("A source's name has 1 to 100 characters, no spaces and no slashes.")
    return Source(name, is_given=True)


def source_of(path: Path) -> Source:
    """An archive is a source of its own; any other file belongs to the folder it lies in."""
    path = path.resolve()
    if ARCHIVE.search(path.name):
        return Source(_tidy(ARCHIVE.sub("", path.name)))
    folder = path.parent
    while folder.name in TYPES:
        folder = folder.parent
    return Source(_tidy(folder.name))


def _tidy(name: str) -> str:
    return re.sub(r"\s+", "_", PACKING.sub("", name))[:100] or "files"
