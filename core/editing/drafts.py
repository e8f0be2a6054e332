"""What somebody is still typing, kept on the server: it survives a closed tab and an ended session."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from core.accounts.models import User
from core.editing.models import Draft
from core.errors import ClinicError

LONGEST = 50_000
LONGEST_PLACE = 100
MOST_OF_A_PERSON = 200
"""Forms left open at once; beyond them the draft touched longest ago goes."""
NEVER_KEPT = {"csrfmiddlewaretoken", "password", "key", "next"}


class DraftTooLong(ClinicError):
    """More than a draft may hold."""


def is_place(form: str, object_id: str) -> bool:
    """Whether there can be a form of this name for an object of this id."""
    return max(len(form), len(object_id)) <= LONGEST_PLACE and "\0" not in object_id


def save(form: str, object_id: str, fields: Mapping[str, str], *, by: User) -> datetime:
    """Keep these fields; returns when. Only their writer ever reads them.

    Of one person's drafts the newest 200 are kept. Raises DraftTooLong.
    """
    # PostgreSQL holds every character but NUL, which no keyboard types.
    plain = {name.replace("\0", ""): value.replace("\0", "") for name, value in fields.items()}
    kept = {name: value for name, value in plain.items() if value and name not in NEVER_KEPT}
    if sum(len(name) + len(value) for name, value in kept.items()) > LONGEST:
        raise DraftTooLong(f"A draft holds at most {LONGEST} characters.")
    now = timezone.now()
    _, is_new = Draft.objects.update_or_create(
        user=by, form=form, object_id=object_id, defaults={"fields": kept, "saved_at": now}
    )
    if is_new:
        _forget_beyond(by)
    return now


def _forget_beyond(user: User) -> None:
    theirs = Draft.objects.filter(user=user).order_by("-saved_at", "-pk")
    too_old = list(theirs.values_list("pk", flat=True)[MOST_OF_A_PERSON:])
    if too_old:
        Draft.objects.filter(pk__in=too_old).delete()


def find(form: str, object_id: str, *, by: User) -> Draft | None:
    """The person's own draft of this form, if there is one."""
    return Draft.objects.filter(user=by, form=form, object_id=object_id).first()


def discard(form: str, object_id: str, *, by: User) -> None:
    """Forget it; called in the transaction that saves what it became."""
    Draft.objects.filter(user=by, form=form, object_id=object_id).delete()
