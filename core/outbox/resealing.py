"""Documents that were stored before anything was sealed."""

from collections.abc import Callable, Iterator
from typing import Any

import pymongo
from pymongo import UpdateOne
from pymongo.database import Database

from core.crypto import envelope
from core.databases import registry
from core.outbox import sealing

BATCH = 500
# The last look goes through the whole collection; a page would have given up long before.
LONGEST_SECONDS = 600
Tell = Callable[[int], None]


def seal_clear(database: Database[Any], tell: Tell = lambda done: None) -> int:
    """Seal in their place all documents that MongoDB holds in clear; returns how many.

    A run that broke off is gone on with: what is sealed stays as it is. Needs a role that may
    change documents. Raises KeyMissing, KeyShredded.
    """
    done = 0
    for document in registry.documents():
        for batch in _clear(database, document._get_collection_name()):
            done += batch
            tell(done)
    return done


def _clear(database: Database[Any], name: str) -> Iterator[int]:
    while done := _seal_batch(database, name, sealing.fields_of(name)):
        yield done


def _seal_batch(database: Database[Any], name: str, fields: tuple[str, ...]) -> int:
    anywhere = {"$or": [_is_clear(field) for field in fields]}
    with pymongo.timeout(LONGEST_SECONDS):
        found = list(database[name].find(anywhere).limit(BATCH)) if fields else []
        if found:
            envelope.provide({sealing.owner_of(one) for one in found})
            sealed = [_sealing(name, fields, one) for one in found]
            database[name].bulk_write(sealed, ordered=False)
    return len(found)


def _is_clear(field: str) -> dict[str, Any]:
    """Something is in it, and that is no sealed bytes."""
    is_full = {field: {"$exists": True, "$nin": [None, {}]}}
    return {**is_full, f"{field}.{sealing.SEALED}": {"$not": {"$type": "binData"}}}


def _sealing(name: str, fields: tuple[str, ...], document: dict[str, Any]) -> UpdateOne:
    clear = {k: v for k, v in document.items() if k not in fields or not sealing.is_sealed(v)}
    sealed = sealing.sealed(name, clear)
    return UpdateOne(
        {"_id": document["_id"]}, {"$set": {k: sealed[k] for k in fields if k in clear}}
    )
