"""PostgreSQL as the pages see it: tables, triggers, durability, rights, deadlines."""

from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.databases import absence, postgres
from core.health.checks.running import Bad, Check, Doubtful, Service

LEAST_VERSION = 18
# The relay, the worker, beat and a person's psql come on top of the pages' pool.
OTHERS = 10
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
MIGRATE = "Run `manage.py migrate`."


def answers() -> str:
    version = str(_value("SHOW server_version"))
    if int(version.partition(".")[0]) < LEAST_VERSION:
        raise Bad(f"PostgreSQL is {version}; the clinic needs {LEAST_VERSION} or newer.")
    return f"version {version.partition(' ')[0]}"


def keeps_a_row() -> str:
    """In a table of this session, so that nothing is left."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE trial (word text)")
        cursor.execute("INSERT INTO trial VALUES ('kept')")
        cursor.execute("SELECT word FROM trial")
        came_back = cursor.fetchone() == ("kept",)
        cursor.execute("DROP TABLE trial")
    if not came_back:
        raise Bad("PostgreSQL did not give a row back as it was written.")
    return "written, read, removed"


def has_all_tables() -> str:
    wanted = {model._meta.db_table for model in apps.get_models() if model._meta.managed}
    missing = sorted(wanted - set(connection.introspection.table_names()))
    if missing:
        raise Bad(f"PostgreSQL lacks {_some(missing, 'tables')}. {MIGRATE}")
    return f"{len(wanted)} tables"


def is_migrated() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Bad(f"{len(waiting)} migrations have not been applied. {MIGRATE}")
    return "all migrations applied"


def reports_by_itself() -> str:
    """Every trigger stands, and none is switched off."""
    wanted = {trigger.get_pgid(model) for model, trigger in pgtrigger.registered()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        standing = {name for (name,) in cursor.fetchall()}
    if missing := sorted(wanted - standing):
        raise Bad(
            f"PostgreSQL lacks {_some(missing, 'triggers')}, so changes go unrecorded. {MIGRATE}"
        )
    return f"{len(wanted)} triggers"


def is_durable() -> str:
    values = {name: str(_value(f"SHOW {name}")) for name in DURABLE}
    if off := [name for name, value in values.items() if value == "off"]:
        raise Bad(f"PostgreSQL may lose what it has confirmed: set {' and '.join(off)} to on.")
    return ", ".join(f"{name} {value}" for name, value in values.items())


def has_room_for_the_pool() -> str:
    reserved = "current_setting('superuser_reserved_connections')::int"
    room = int(_value(f"SELECT current_setting('max_connections')::int - {reserved}"))
    if room < settings.DATABASE_POOL + OTHERS:
        raise Bad(
            f"DATABASE_POOL allows {settings.DATABASE_POOL} connections and {OTHERS} more are"
            f" needed, but PostgreSQL has room for {room}: raise max_connections."
        )
    return f"{settings.DATABASE_POOL} of {room} connections"


def has_a_modest_role() -> str:
    name, is_superuser, may_change = _row(
        "SELECT current_user, rolsuper, has_table_privilege('outbox', 'UPDATE, DELETE, TRUNCATE')"
        " FROM pg_roles WHERE rolname = current_user"
    )
    if is_superuser:
        raise Doubtful(
            f"The pages work as {name}, a superuser: give DATABASE_URL a role without rights."
        )
    if may_change:
        raise Doubtful(
            f"The role {name} could change what is committed: set DATABASE_OWNER_URL apart."
        )
    return f"{name}: no superuser, adds to the outbox only"


def has_deadlines() -> str:
    values = {name: str(_value(f"SHOW {name}")) for name in TIMEOUTS}
    if endless := [name for name, value in values.items() if value == "0"]:
        raise Bad(f"A statement could wait for ever: {' and '.join(endless)} is 0.")
    return f"statement {values['statement_timeout']}, lock {values['lock_timeout']}"


def _some(names: list[str], what: str) -> str:
    shown = ", ".join(names[:3])
    return f"{len(names)} {what} ({shown}{', …' if len(names) > 3 else ''})"


def _value(sql: str) -> Any:
    return _row(sql)[0]


def _row(sql: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return tuple(cursor.fetchone() or (None,))


SERVICE = Service(
    "PostgreSQL",
    postgres.host,
    (
        Check("answers", answers),
        Check("keeps a row", keeps_a_row),
        Check("has all tables", has_all_tables),
        Check("is migrated", is_migrated),
        Check("reports changes by itself", reports_by_itself),
        Check("loses nothing it confirmed", is_durable),
        Check("has room for the pool", has_room_for_the_pool),
        Check("gives the pages a modest role", has_a_modest_role),
        Check("has deadlines", has_deadlines),
    ),
    absence.sentence,
    postgres.leave,
)
