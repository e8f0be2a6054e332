"""A fresh pair of databases for each test process: PostgreSQL cloned from a migrated template."""

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import environ
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

from core.crypto.held import held
from core.databases import mongo, registry, schema

BUILD_LOCK = 0x5E7C12
# Written by migrations and not by tests.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "sync_epoch"}


def template_name() -> str:
    """Named after the migrations, so that servers kept between runs do not serve an old one."""
    files = sorted(settings.BASE_DIR.glob("*/migrations/**/*.*"))
    sources = b"".join(file.read_bytes() for file in files if file.suffix in (".py", ".sql"))
    return f"seth_template_{hashlib.sha256(sources).hexdigest()[:12]}"


def superuser_url(name: str) -> str:
    """The bootstrap superuser's URL for a database of that name."""
    url = os.environ.get("DATABASE_SUPERUSER_URL") or settings.DATABASE_ROLE_URLS["owner"]
    return renamed(url, name)


def renamed(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def create(worker: str) -> None:
    """Point this process at databases of its own and make them. Idempotent for one worker."""
    name = f"test_{worker}"
    clone(name)
    _use(name)
    _prepare_mongo(name)


def clone(name: str) -> None:
    """A migrated PostgreSQL database of that name, instead of whatever bore it."""
    with building() as admin:
        _copy(admin, template_name(), name)


def clone_filled(name: str, kind: str, fill: Callable[[str], None]) -> None:
    """The same, as `fill` has filled a first one of this kind, once for all processes of a run."""
    with building() as admin:
        filled, making = f"filled_{kind}_{os.environ['CLINIC_TEST_SERVERS']}", f"filling_{kind}"
        if not _exists(admin, filled):
            _copy(admin, template_name(), making)
            fill(making)
            _rename(admin, making, filled)
        _copy(admin, filled, name)


@contextmanager
def building() -> Iterator[psycopg.Connection[Any]]:
    """The superuser's connection, alone among the processes of a run; the template is there."""
    template = template_name()
    with psycopg.connect(superuser_url("postgres"), autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(%s)", [BUILD_LOCK])
        if not _exists(admin, template):
            _build_template(admin, template)
        yield admin


def destroy(worker: str) -> None:
    """Drop what `create` made."""
    name = f"test_{worker}"
    connections.close_all()
    connection.close_pool()  # type: ignore[attr-defined]
    with psycopg.connect(superuser_url("postgres"), autocommit=True) as admin:
        drop(name, admin)
    mongo.client().drop_database(name)
    mongo.close()


def empty() -> None:
    """Empty both databases after a test that committed. TRUNCATE is refused, even to us."""
    held.clear()
    with psycopg.connect(superuser_url(settings.DATABASES["default"]["NAME"])) as admin:
        admin.execute("SET session_replication_role = replica")
        for table in _tables_with_rows(admin):
            admin.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
    for document in registry.documents():
        mongo.collection(document._get_collection_name()).delete_many({})


def drop(name: str, admin: psycopg.Connection[Any]) -> None:
    """Drop a database whoever is connected."""
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    admin.execute(statement.format(sql.Identifier(name)))


def drop_named(name: str) -> None:
    """The same, on a connection of its own."""
    with psycopg.connect(superuser_url("postgres"), autocommit=True) as admin:
        drop(name, admin)


def _exists(admin: psycopg.Connection[Any], name: str) -> bool:
    found = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    return found.fetchone() is not None


def _owner() -> str:
    return str(environ.Env.db_url_config(settings.DATABASE_ROLE_URLS["owner"])["USER"])


def _build_template(admin: psycopg.Connection[Any], template: str) -> None:
    making = "seth_template_making"
    drop(making, admin)
    statement = sql.SQL("CREATE DATABASE {} OWNER {}")
    admin.execute(statement.format(sql.Identifier(making), sql.Identifier(_owner())))
    with _using(making):
        call_command("migrate", verbosity=0)
        connection.close()
    _rename(admin, making, template)


def _copy(admin: psycopg.Connection[Any], template: str, name: str) -> None:
    drop(name, admin)
    making = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
    admin.execute(making.format(*map(sql.Identifier, (name, template, _owner()))))


def _rename(admin: psycopg.Connection[Any], name: str, new: str) -> None:
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    admin.execute(rename.format(sql.Identifier(name), sql.Identifier(new)))


@contextmanager
def _using(name: str) -> Iterator[None]:
    """`migrate` connects as the owner; give the process its own role back afterwards."""
    before = {**connection.settings_dict, "OPTIONS": {**connection.settings_dict["OPTIONS"]}}
    _use(name)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@contextmanager
def using(name: str) -> Iterator[None]:
    """Inside, this process works on another PostgreSQL database."""
    before = settings.DATABASES["default"]["NAME"]
    _use_postgres(name)
    try:
        yield
    finally:
        _use_postgres(before)


def _use_postgres(name: str) -> None:
    held.clear()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    for role, url in settings.DATABASE_ROLE_URLS.items():
        settings.DATABASE_ROLE_URLS[role] = renamed(url, name)


def _use(name: str) -> None:
    _use_postgres(name)
    settings.MONGODB_NAME = settings.DATABASES["mongodb"]["NAME"] = name
    connections["mongodb"].settings_dict["NAME"] = name


def _prepare_mongo(name: str) -> None:
    """Tests work as MongoDB's root: the clinic's own users know only the clinic's database."""
    root = os.environ.get("MONGODB_ROOT_URL", settings.MONGODB_URL)
    settings.MONGODB_URL = settings.MONGODB_OWNER_URL = settings.MONGODB_READ_URL = root
    settings.MONGODB_ARCHIVER_URL = root
    settings.DATABASES["mongodb"]["HOST"] = connections["mongodb"].settings_dict["HOST"] = root
    mongo.close()
    mongo.client().drop_database(name)
    schema.prepare(mongo.database(), registry.documents())
    mongo.connect_documents()


def _tables_with_rows(admin: psycopg.Connection[Any]) -> list[str]:
    names = admin.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace"
    )
    tables = [name for (name,) in names if name not in KEPT]
    probes = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(t), sql.Identifier(t))
        for t in tables
    ]
    return [name for (name,) in admin.execute(sql.SQL(" UNION ALL ").join(probes))]
