"""Writing entries into MongoDB: majority and journal, each exactly once."""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

import bson
from bson.codec_options import TypeRegistry
from bson.decimal128 import Decimal128
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from core.outbox.domain import CODEC
from core.relay.rows import Row
from core.relay.sinks import CODEC_RAW, Entry

DUPLICATE = "11000:"


def _decimal(value: Any) -> Any:
    return Decimal128(value) if isinstance(value, Decimal) else value


ENCODING = CODEC.with_options(type_registry=TypeRegistry(fallback_encoder=_decimal))


class Refused(Exception):
    """MongoDB or BSON will not take this entry: (entry, why)."""

    def __init__(self, failures: list[tuple[Entry, str]]) -> None:
        super().__init__(f"{len(failures)} documents refused")
        self.failures = failures

    def rows(self) -> list[tuple[Row, str]]:
        """The rows at fault. A duplicate is no fault: the next pass, in doubt, finds it held."""
        at_fault = {
            e.row.id: (e.row, why) for e, why in self.failures if not why.startswith(DUPLICATE)
        }
        return list(at_fault.values())


def encoded(entry: Entry) -> RawBSONDocument:
    """The entry as bytes, with its `_id` and, if numbered, its `seq`."""
    if entry.raw is not None:
        return entry.raw
    if isinstance(entry.body, RawBSONDocument):
        return entry.body
    body = {"_id": entry.id, **entry.body}
    if entry.sequence:
        body["seq"] = entry.seq
    return RawBSONDocument(bson.encode(body, codec_options=ENCODING), CODEC_RAW)


def write(database: Database[Any], entries: Sequence[Entry]) -> None:
    """Insert the entries of one collection after another. Raises Refused naming what was refused.

    Numbered entries go in order and stop at the first refusal, so that numbers stay dense.
    """
    for collection, group in groupby(entries, key=lambda entry: entry.collection):
        batch = list(group)
        try:
            ordered = batch[0].sequence is not None
            raw = [encoded(entry) for entry in batch]
            database[collection].insert_many(raw, ordered=ordered)
        except BulkWriteError as error:
            raise Refused(_failures(batch, error)) from error


def _failures(batch: list[Entry], error: BulkWriteError) -> list[tuple[Entry, str]]:
    wrong = error.details.get("writeErrors", [])
    return [(batch[one["index"]], f"{one['code']}: {one['errmsg']}") for one in wrong]


def already_there(database: Database[Any], entries: Sequence[Entry]) -> dict[str, int]:
    """Of these entries (one collection) the ids MongoDB holds already, with their numbers.

    Raises Refused where a document of the same `_id` says something else.
    """
    if not entries:
        return {}
    found = (
        database[entries[0].collection]
        .with_options(CODEC_RAW)
        .find({"_id": {"$in": [entry.id for entry in entries]}})
    )
    held = {document["_id"]: document for document in found}
    differing = [e for e in entries if e.id in held and _digest(held[e.id]) != _expected(e, held)]
    if differing:
        raise Refused([(entry, "another document has this _id") for entry in differing])
    return {key: document.get("seq", 0) for key, document in held.items()}


def _expected(entry: Entry, held: dict[str, RawBSONDocument]) -> bytes:
    entry.seq = held[entry.id].get("seq", 0)
    if entry.chain:
        entry.chain.held(entry, held[entry.id])
    return _digest(encoded(entry))


def _digest(document: RawBSONDocument) -> bytes:
    return hashlib.sha256(document.raw).digest()
