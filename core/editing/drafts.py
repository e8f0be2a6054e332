"""What somebody is still typing, kept on the server: it survives a closed tab and an ended session."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from core.accounts.models import User
from core.editing.models import Draft
from core.errors import ClinicError

LONGEST = 50_000
LONGEST_PLACE = 100
NEVER_KEPT = {"csrfmiddlewaretoken", "password", "key", "next"}


class DraftTooLong(ClinicError):
    """More than a draft may hold."""


def is_place(form: str, object_id: str) -> bool:
    """Whether there can be a form of this name for an object of this id."""
    return max(len(form), len(object_id)) <= LONGEST_PLACE and "\0" not in object_id


def save(form: str, object_id: str, fields: Mapping[str, str], *, by: User) -> datetime:
    """Keep these fields; returns when. Only their writer ever reads them.

    Raises DraftTooLong.
    """
    # PostgreSQL holds every character but NUL, which no keyboard types.
    plain = {name.replace("\0", ""): value.replace("\0", "") for name, value in fields.items()}
    kept = {name: value for name, value in plain.items() if value and name not in NEVER_KEPT}
    if sum(len(name) + len(value) for name, value in kept.items()) > LONGEST:
        raise DraftTooLong(f"A draft holds at most {LONGEST} characters.")
    now = timezone.now()
    Draft.objects.update_or_create(
        user=by, form=form, object_id=object_id, defaults={"fields": kept, "saved_at": now}
    )
    return now


def find(form: str, object_id: str, *, by: User) -> Draft | None:
    """The person's own draft of this form, if there is one."""
    return Draft.objects.filter(user=by, form=form, object_id=object_id).first()


def discard(form: str, object_id: str, *, by: User) -> None:
    """Forget it; called in the transaction that saves what it became."""
    Draft.objects.filter(user=by, form=form, object_id=object_id).delete()
