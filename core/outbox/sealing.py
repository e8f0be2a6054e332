"""Parts of a document that only the clinic's own processes read: sealed before it is committed.

A sealed field is an object of one member, the bytes of `envelope.seal` around its BSON, bound to
`collection.field:_id`. The outbox, MongoDB, its oplog and every dump hold it so.
"""

from collections.abc import Iterable
from typing import Any, TypeGuard

import bson
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions

from core.crypto import envelope
from core.crypto.errors import KeyShredded
from core.databases import registry

CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    uuid_representation=UuidRepresentation.STANDARD, tz_aware=True
)
SEALED = "sealed"
Document = dict[str, Any]


def fields_of(collection: str) -> tuple[str, ...]:
    """The fields of its documents that are sealed (`sealed_fields` of the document class)."""
    for document in registry.documents():
        if document._get_collection_name() == collection:
            return getattr(document, "sealed_fields", ())
    return ()


def sealed(collection: str, document: Document) -> Document:
    """As it is stored. Raises KeyMissing, KeyShredded."""
    owner = owner_of(document)
    parts = {name: document[name] for name in fields_of(collection) if document.get(name)}
    return document | {
        name: {SEALED: envelope.seal(owner, bson.encode(part, codec_options=CODEC), place)}
        for name, part in parts.items()
        for place in (_place(collection, name, document),)
    }


def opened(collection: str, document: Document) -> Document:
    """As it was written; of a document whose key was destroyed, what was readable all along.

    Such a one has `is_shredded`. Raises NotAuthentic, KeyMissing, DataKeyMissing.
    """
    parts = {name: part for name in fields_of(collection) if (part := _bytes_in(document, name))}
    try:
        return document | {
            name: _open(document, part, _place(collection, name, document))
            for name, part in parts.items()
        }
    except KeyShredded:
        return document | {name: {} for name in parts} | {"is_shredded": True}


def all_opened(collection: str, documents: Iterable[Document]) -> list[Document]:
    """The same of many, with one question for all their keys."""
    names, every = fields_of(collection), list(documents)
    for document in every:
        for name in names:
            if part := _bytes_in(document, name):
                envelope.expect(part)
    return [opened(collection, document) for document in every]


def owner_of(document: Document) -> str:
    """Whose key it is sealed with: the patient's, or the house's."""
    return str(document.get("patient_id") or envelope.HOUSE).lower()


def is_sealed(part: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a field holds the sealed form of its contents."""
    return isinstance(part, dict) and isinstance(part.get(SEALED), bytes)


def _open(document: Document, part: bytes, place: str) -> Any:
    plain = envelope.open_sealed(owner_of(document), part, place)
    return bson.decode(plain, codec_options=CODEC)


def _bytes_in(document: Document, name: str) -> bytes:
    part = document.get(name)
    return bytes(part[SEALED]) if is_sealed(part) else b""


def _place(collection: str, name: str, document: Document) -> str:
    return f"{collection}.{name}:{document['_id']}"
