"""Carries the lossy stream (page views and the like) into MongoDB, after the facts."""

from typing import Any

import redis
from bson.raw_bson import RawBSONDocument
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from core.databases import valkey
from core.databases.breaker import CircuitOpen
from core.relay import stream


def drain(database: Database[Any]) -> int:
    """Write one batch and return its size; 0 without Valkey. What MongoDB refuses is dropped."""
    try:
        with valkey.breaker.guard():
            batch = list(stream.take())
            _insert(database, batch)
            stream.forget([entry for entry, _, _ in batch])
    except (CircuitOpen, redis.RedisError):
        return 0
    return len(batch)


def _insert(database: Database[Any], batch: list[tuple[bytes, str, bytes]]) -> None:
    for collection in {name for _, name, _ in batch}:
        documents = [RawBSONDocument(raw) for _, name, raw in batch if name == collection]
        try:
            database[collection].insert_many(documents, ordered=False)
        except BulkWriteError:
            continue  # A document delivered before, or one that is unfit: neither is a fact.
