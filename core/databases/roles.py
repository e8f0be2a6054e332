"""Which PostgreSQL role a process works as.

The web may only add to and read the outbox. Migrations work as the tables' owner; the relay and
the retry of set-aside rows as a role that may mark rows delivered. Each has its own URL, because a
role that could `SET ROLE` upwards would protect nothing.
"""

import environ
from django.conf import settings
from django.db import connection


def work_as(role: str) -> None:
    """Connect as `owner` or `relay` from here on; call it before the process's first query."""
    config = environ.Env.db_url_config(settings.DATABASE_ROLE_URLS[role])
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    for key in ("USER", "PASSWORD", "HOST", "PORT"):
        connection.settings_dict[key] = config[key]
    connection.settings_dict["OPTIONS"] = {
        **connection.settings_dict["OPTIONS"],
        **config.get("OPTIONS", {}),
        "pool": False,
        "options": "-c lock_timeout=30s -c synchronous_commit=on",
    }


def work_without_pool() -> None:
    """One connection, for a command: a server that is down then says so at once.

    A pool would try again for its whole timeout, and log each attempt.
    """
    connection.settings_dict["OPTIONS"] = {**connection.settings_dict["OPTIONS"], "pool": False}


def role_name(role: str) -> str:
    """The name PostgreSQL knows the role by."""
    return str(environ.Env.db_url_config(settings.DATABASE_ROLE_URLS[role])["USER"])
