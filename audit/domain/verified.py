"""Verifying the log, and keeping what was found."""

from datetime import datetime

from django.db import transaction

from audit.domain.verifying import Found, Tell, verify
from audit.models import Verification
from core.accounts.models import User
from core.capture.context import acting
from core.outbox.domain import put_fact


def verify_and_keep(
    tell: Tell = lambda done, total: None,
    *,
    since: datetime | None = None,
    with_archive: bool = False,
    by: User | None = None,
) -> Found:
    """What `verify` finds; it is kept, and is itself in the audit. Raises ServiceUnavailable."""
    found = verify(tell, since=since, with_archive=with_archive)
    with acting(user_id=by.pk if by else None), transaction.atomic():
        Verification.objects.create(
            by=by,
            verdict=found.verdict.name.lower(),
            words=found.words,
            first=found.first,
            last=found.last,
            entries=found.entries,
            seconds=found.seconds,
        )
        put_fact(
            "verify", entity_type="audit", verdict=found.verdict.name.lower(), up_to=found.last
        )
    return found
