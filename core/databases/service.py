"""The one service that knows both databases."""

from collections.abc import Sequence
from typing import Any

from django.db import OperationalError, connection
from mongoengine import Document
from mongoengine.base import get_document
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from core.databases import mongo, postgres
from core.errors import ServiceUnavailable


class DatabaseService:
    """PostgreSQL and MongoDB behind one face; every call initialises lazily and has a deadline."""

    def __init__(self) -> None:
        self.is_initialized = False

    def initialize(self) -> None:
        """Connect to both. Raises ServiceUnavailable naming the server that does not answer."""
        self._ping_postgresql()
        self._ping_mongo()
        self._begin()

    def query_postgresql(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows as dictionaries. Values travel as parameters (`%s`), never inside the text."""
        self._begin()
        try:
            return postgres.query(sql, params)
        except OperationalError as error:
            raise self._no_postgresql() from error

    def get_mongo_collection(self, name: str) -> Collection[dict[str, Any]]:
        """A collection with majority write concern and journal, to read from.

        The relay alone writes the record's collections (docs/developers/architecture.md).
        """
        self._begin()
        return mongo.collection(name)

    def get_mongo_model(self, name: str) -> type[Document]:
        """The document class of that name, such as `ClinicalData`. Raises LookupError."""
        self._begin()
        try:
            return get_document(name)  # type: ignore[no-any-return]
        except Exception as error:
            raise LookupError(f"There is no document class called {name}.") from error

    def health(self) -> dict[str, bool]:
        """Whether each database answers now."""
        return {
            "postgres": self._answers(self._ping_postgresql),
            "mongodb": self._answers(self._ping_mongo),
        }

    def close(self) -> None:
        """Give every connection of this process back."""
        connection.close()
        mongo.close()
        self.is_initialized = False

    def _begin(self) -> None:
        """Connect the documents, which asks no server: one database may be used without the other."""
        mongo.ensure_documents()
        self.is_initialized = True

    @staticmethod
    def _answers(ping: Any) -> bool:
        try:
            ping()
        except ServiceUnavailable:
            return False
        return True

    def _ping_postgresql(self) -> None:
        try:
            postgres.query("SELECT 1")
        except OperationalError as error:
            raise self._no_postgresql() from error

    @staticmethod
    def _ping_mongo() -> None:
        try:
            mongo.database().command("ping")
        except PyMongoError as error:
            raise ServiceUnavailable("MongoDB", mongo.host(), mongo.REMEDY) from error

    @staticmethod
    def _no_postgresql() -> ServiceUnavailable:
        remedy = "Start it with bin/up, or check DATABASE_URL."
        return ServiceUnavailable("PostgreSQL", postgres.host(), remedy)


database_service = DatabaseService()
