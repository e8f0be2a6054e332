"""What `manage.py check --database default`, `migrate` and the relay say of PostgreSQL's roles."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Warning

IS_SUPERUSER = "SELECT rolsuper, rolname FROM pg_roles WHERE rolname = current_user"
REMEDY = (
    "Everything works, but whoever gets hold of this process can change the outbox and the audit"
    " that is drawn from it. Give DATABASE_URL a role of its own, and DATABASE_OWNER_URL and"
    " DATABASE_RELAY_URL theirs; `migrate` then gives each its rights."
)


def application_role(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Warns when the web works as a superuser, whom no right can be refused."""
    if "default" not in (databases or ()):
        return []
    try:
        with psycopg.connect(settings.DATABASE_ROLE_URLS["app"], connect_timeout=2) as connection:
            found = connection.execute(IS_SUPERUSER).fetchone()
    except psycopg.OperationalError:
        return []  # Said by whoever needs the server.
    if found is None or not found[0]:
        return []
    sentence = f"The application's PostgreSQL role {found[1]} is a superuser."
    return [Warning(sentence, hint=REMEDY, id="core.W001")]
