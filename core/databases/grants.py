"""What the application's and the relay's PostgreSQL roles may do with the owner's tables."""

from django.db import connection
from psycopg import sql

from core.databases.roles import role_name

APP = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    # What is committed is committed: the web may add to the outbox and read it, no more.
    "REVOKE ALL ON outbox, outbox_default, sync_heads, sync_epoch FROM {role}",
    "GRANT SELECT, INSERT ON outbox TO {role}",
    "GRANT SELECT ON sync_heads, sync_epoch TO {role}",
    # The worker archives: what it says of an archive stands, like what it verified.
    "REVOKE UPDATE, DELETE ON audit_archives, audit_verifications FROM {role}",
    # The pages make data keys; to wrap them anew or to destroy one is the owner's.
    "REVOKE UPDATE, DELETE ON data_keys FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON django_migrations, audit_checkpoints FROM {role}",
    "REVOKE EXECUTE ON FUNCTION outbox_roll(integer) FROM PUBLIC, {role}",
)
RELAY = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON outbox TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON sync_heads, sync_epoch TO {role}",
    "GRANT SELECT, INSERT ON audit_checkpoints TO {role}",
    "GRANT USAGE ON SEQUENCE audit_checkpoints_id_seq TO {role}",
    "GRANT EXECUTE ON FUNCTION outbox_roll(integer) TO {role}",
)


def apply() -> None:
    """Give both roles their rights. Where one URL serves all roles there is nothing to give."""
    owner = role_name("owner")
    for role, statements in ((role_name("app"), APP), (role_name("relay"), RELAY)):
        if role != owner:
            _grant(role, statements)


def _grant(role: str, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role)).as_string())
        for partition in _outbox_partitions():
            revoke = sql.SQL("REVOKE ALL ON {} FROM {}")
            name = sql.Identifier(partition)
            cursor.execute(revoke.format(name, sql.Identifier(role)).as_string())


def _outbox_partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'outbox'::regclass"
        )
        return [name for (name,) in cursor.fetchall()]
