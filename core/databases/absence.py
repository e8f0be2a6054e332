"""What a command says when a server it needs does not answer: which one, and how to start it."""

import psycopg
import redis
from django.db import Error as DjangoError
from pymongo.errors import PyMongoError

from core.databases import mongo, postgres, valkey
from core.databases.breaker import CircuitOpen
from core.errors import ServiceUnavailable

SIGNS = (
    ServiceUnavailable,
    psycopg.OperationalError,
    *mongo.UNREACHABLE,
    redis.ConnectionError,
    redis.TimeoutError,
)
# Where settings look for a server that nobody has named or started: nothing ever listens there.
NOWHERE = ":1"


def sentence(error: Exception) -> str:
    """One sentence for the operator about an error of one of the servers, without credentials."""
    if isinstance(error, ServiceUnavailable):
        return str(error)
    if isinstance(error, PyMongoError):
        return _start_it("MongoDB", mongo.host(), "MONGODB_URL")
    if isinstance(error, redis.RedisError | CircuitOpen):
        return _start_it("Valkey", valkey.host(), "REDIS_URL")
    return _of_postgresql(error)


def _of_postgresql(error: Exception) -> str:
    """A server that is there and refuses says why itself; one that is not is only named."""
    _, _, refusal = str(error).partition("FATAL:")
    cause = error.__cause__ if isinstance(error, DjangoError) else error
    if refusal or getattr(cause, "sqlstate", None):
        first_line = (refusal or str(error)).strip().splitlines()[0]
        return f"PostgreSQL at {postgres.host()} refused: {first_line}."
    return _start_it("PostgreSQL", postgres.host(), "DATABASE_URL")


def _start_it(service: str, host: str, variable: str) -> str:
    what = "has never been started here" if host.endswith(NOWHERE) else f"at {host} does not answer"
    return f"{service} {what}: start the clinic with bin/up, or check CLINIC_HOME and {variable}."
