"""Django's sessions in our own table (SESSION_ENGINE)."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone


class SessionStore(DatabaseStore):
    """Remembers the row it was read from, so that asking whether it is locked costs no question."""

    row: Any = None

    @classmethod
    def get_model_class(cls) -> Any:
        # The engine is loaded before the apps are.
        from core.sessions.models import OpenSession  # noqa: PLC0415

        return OpenSession

    def _get_session_from_db(self) -> Any:
        self.row = super()._get_session_from_db()  # type: ignore[misc]
        return self.row

    async def _aget_session_from_db(self) -> Any:
        self.row = await super()._aget_session_from_db()  # type: ignore[misc]
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        return self._named(super().create_model_instance(data), data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Any:
        return self._named(await super().acreate_model_instance(data), data)

    def _named(self, made: Any, data: dict[str, Any]) -> Any:
        made.user_id = data.get(SESSION_KEY)
        return made

    def cycle_key(self) -> None:
        """Somebody's session keeps its row, and with it its beginning and its end."""
        if self.row is None or self.row.user_id is None:
            super().cycle_key()
        else:
            self.renew()

    def renew(self) -> None:
        """A new key; the old one opens nothing any more. Its person has just done something."""
        # What it holds is read under the old key.
        self._get_session()  # type: ignore[attr-defined]
        row, key = self.row, self._get_new_session_key()  # type: ignore[attr-defined]
        fresh = {"session_key": key, "active_at": timezone.now(), "locked_at": None}
        if not type(row).objects.filter(pk=row.pk).update(**fresh):
            raise UpdateError
        for name, value in fresh.items():
            setattr(row, name, value)
        self._session_key = key
        self.modified = True

    def flush(self) -> None:
        super().flush()
        self.row = None

    async def aflush(self) -> None:
        await super().aflush()
        self.row = None
