"""MongoDB: one client a process and purpose, majority and journal, a deadline on every call."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import mongoengine
import pymongo
from django.conf import settings
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    AutoReconnect,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
)

from core.databases.breaker import Breaker, CircuitOpen
from core.errors import ServiceUnavailable

UNREACHABLE = (AutoReconnect, NetworkTimeout, ServerSelectionTimeoutError)
UNAUTHORIZED = 13
PAGE_SECONDS = 1.0
SAFE: dict[str, Any] = {
    "connect": False,
    "w": "majority",
    "journal": True,
    "readConcernLevel": "majority",
    "retryWrites": True,
    "timeoutMS": 2000,
    "serverSelectionTimeoutMS": 1000,
    "connectTimeoutMS": 1000,
    "maxPoolSize": 20,
    "heartbeatFrequencyMS": 500,
    "serverMonitoringMode": "poll",
    "uuidRepresentation": "standard",
    "tz_aware": True,
}
REMEDY = "Start it with bin/up or see MONGODB_URL; what is saved meanwhile waits in PostgreSQL."

breaker = Breaker(UNREACHABLE)
_clients: dict[tuple[int, str], MongoClient[dict[str, Any]]] = {}


def client(url: str | None = None, **options: Any) -> MongoClient[dict[str, Any]]:
    """The process's client for a URL; made anew after a fork, connected on first use."""
    url = url or settings.MONGODB_URL
    key = (os.getpid(), url)
    if key not in _clients:
        _clients[key] = MongoClient(url, **{**SAFE, **options})
    return _clients[key]


def database(url: str | None = None) -> Database[dict[str, Any]]:
    """The clinic's database."""
    return client(url)[settings.MONGODB_NAME]


def collection(name: str) -> Collection[dict[str, Any]]:
    """A collection by its name."""
    return database()[name]


def may_remove(collection: Collection[dict[str, Any]]) -> bool:
    """Whether its user may take documents out; asked by removing nothing."""
    try:
        collection.delete_many({"_id": {"$in": []}})
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        return False
    return True


def connect_documents() -> None:
    """Point MongoEngine's documents at the clinic's database; harmless when repeated."""
    close()
    # Handed our client, because MongoEngine would take the database's name from the URL.
    mongoengine.connect(
        db=settings.MONGODB_NAME,
        mongo_client_class=lambda **_: client(),
        uuidRepresentation="standard",
    )


def ensure_documents() -> None:
    """Connect the documents unless they are; clients in use stay as they are."""
    if mongoengine.DEFAULT_CONNECTION_NAME not in mongoengine.connection._connection_settings:
        connect_documents()


@contextmanager
def reading() -> Iterator[None]:
    """Reads for a page, within a second in all: an unreachable MongoDB becomes ServiceUnavailable,
    at once when known."""
    try:
        with breaker.guard(), pymongo.timeout(PAGE_SECONDS):
            yield
    except (CircuitOpen, *UNREACHABLE) as error:
        raise ServiceUnavailable("MongoDB", host(), REMEDY) from error


def host() -> str:
    """Where MongoDB is expected, without credentials."""
    return str(settings.MONGODB_URL).partition("://")[2].rpartition("@")[2].partition("/")[0]


def close() -> None:
    """Drop every client of this process."""
    mongoengine.disconnect()
    for key in [key for key in _clients if key[0] == os.getpid()]:
        _clients.pop(key).close()
