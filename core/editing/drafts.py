"""What somebody is still typing, kept on the server: it survives a closed tab and an ended session."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from core.accounts.models import User
from core.editing.models import Draft
from core.errors import ClinicError

LONGEST = 50_000
NEVER_KEPT = {"csrfmiddlewaretoken", "password", "key", "next"}


class DraftTooLong(ClinicError):
    """More than a draft may hold."""


def save(form: str, object_id: str, fields: Mapping[str, str], *, by: User) -> datetime:
    """Keep these fields; returns when. Only their writer ever reads them.

    Raises DraftTooLong.
    """
    kept = {name: value for name, value in fields.items() if value and name not in NEVER_KEPT}
    if sum(map(len, kept.values())) > LONGEST:
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
