"""Who acts, from where and why; rides along with every write as a transaction-local setting.

The web sets it once per request (core.capture.middleware), commands and domain functions narrow
it with `acting(...)`. It is a ContextVar, so concurrent requests never see each other's.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import Cursor
from psycopg.pq import TransactionStatus

from core.capture import signing

_context: ContextVar[dict[str, str]] = ContextVar("clinic_context")

SET = "SELECT set_config('clinic.context', %s, true), set_config('clinic.signing', %s, true)"
CHANGES = ("insert", "update", "delete", "merge", "with", "call", "do")
READS = ("select", "show", "savepoint", "release", "rollback", "set", "begin", "commit", "fetch")


def current() -> dict[str, str]:
    """What is known of the present actor: user_id, ip_address, user_agent, request_id, reason."""
    return _context.get({})


@contextmanager
def acting(**facts: object) -> Iterator[None]:
    """Every write inside is reported with these facts added to those already known.

    Keys: user_id, ip_address, user_agent, session_id, request_id, action (a verb), reason,
    purpose and grant_id (of a restricted record opened in an emergency).
    A fact of None is left as it was.
    """
    known = {key: str(value) for key, value in facts.items() if value is not None}
    token = _context.set({**current(), **known})
    try:
        yield
    finally:
        _context.reset(token)


def install(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Receiver of `connection_created`: from now on writes carry the context."""
    if connection.vendor == "postgresql" and announce not in connection.execute_wrappers:
        connection.execute_wrappers.append(announce)


def announce(
    execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Execute wrapper: tell PostgreSQL who acts before the first write of a transaction."""
    connection, facts = context["connection"], current()
    _forget_ended_transaction(connection)
    if only_reads(sql):
        return execute(sql, params, many, context)
    if connection.in_atomic_block:
        _announce_once(connection, facts)
        return execute(sql, params, many, context)
    if not facts and not _begins(sql, CHANGES):
        # VACUUM and its like run in no transaction.
        return execute(sql, params, many, context)
    return _execute_announced(execute, sql, params, many, context, facts)


def announced(connection: BaseDatabaseWrapper) -> None:
    """The same before a COPY, which no wrapper sees; within a transaction."""
    _forget_ended_transaction(connection)
    _announce_once(connection, current())


def only_reads(sql: Any) -> bool:
    """Whether the statement surely changes nothing; when in doubt it counts as a write."""
    return _begins(sql, READS)


def _begins(sql: Any, words: tuple[str, ...]) -> bool:
    return isinstance(sql, str) and sql.lstrip(" \n(").lower().startswith(words)


def _forget_ended_transaction(connection: BaseDatabaseWrapper) -> None:
    """psycopg begins a transaction with its first statement, so an idle one has been told nothing."""
    raw = connection.connection
    if raw.info.transaction_status == TransactionStatus.IDLE:
        raw.clinic_told = None


def _told(raw: Any) -> Any:
    """What this transaction has been told; a connection whose first statement passed us by, nothing."""
    return getattr(raw, "clinic_told", None)


def _announce_once(connection: BaseDatabaseWrapper, facts: dict[str, str]) -> None:
    """A savepoint that rolls back takes the setting with it, so each savepoint tells it anew."""
    raw = connection.connection
    told = (tuple(connection.savepoint_ids), facts)
    if _told(raw) == told:
        return
    _tell(raw, facts)
    raw.clinic_told = told


def _tell(raw: Any, facts: dict[str, str]) -> None:
    """As parameters of the protocol: the text of a statement is seen by others, and is logged."""
    with Cursor(raw) as cursor:
        cursor.execute(SET, (json.dumps(facts) if facts else "", signing.for_a_transaction()))


def _execute_announced(
    execute: Callable[..., Any],
    sql: Any,
    params: Any,
    many: bool,
    context: dict[str, Any],
    facts: dict[str, str],
) -> Any:
    """Outside a transaction the setting must ride in the statement's own: both become one."""
    raw = context["connection"].connection
    with raw.transaction():
        _tell(raw, facts)
        return execute(sql, params, many, context)
