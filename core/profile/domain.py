"""Changing one's own account."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from core.accounts.models import User
from core.capture.context import acting
from core.editing.versions import Conflict
from core.sessions import ending
from core.sessions.models import OpenSession

EDITABLE = ("title", "given_name", "family_name", "email", "phone")


def is_theme(name: str) -> bool:
    return name in dict(User._meta.get_field("theme").flatchoices)


def choose_theme(name: str, *, by: User) -> None:
    by.theme = name
    by.save(update_fields=["theme"])


def change(values: Mapping[str, Any], *, version: int, by: User) -> None:
    """Change what differs. Raises Conflict when somebody saved the account since `version`."""
    with acting(user_id=by.pk), transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if user.version != version:
            raise Conflict(own_values(user), user.version, user.updated_by)
        changed = [name for name in EDITABLE if getattr(user, name) != values[name]]
        for name in changed:
            setattr(user, name, values[name])
        if changed:
            user.save(update_fields=changed)


def change_password(password: str, *, by: User, session: OpenSession) -> None:
    """Every other session of the person ends with it."""
    with acting(user_id=by.pk, action="change_password"), transaction.atomic():
        by.set_password(password)
        by.must_change_password = False
        by.save(update_fields=["password", "must_change_password"])
        ending.end_all(by, but=session)


def own_values(user: User) -> dict[str, Any]:
    """What the profile shows."""
    return {name: getattr(user, name) for name in EDITABLE}
