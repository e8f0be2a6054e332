"""One-time keys: a form sent twice has one effect, and both senders get the same answer."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.accounts.models import User
from core.editing.models import UsedKey
from core.errors import ClinicError

Answer = dict[str, Any]


class KeyReused(ClinicError):
    """The same key came with other content."""

    def __init__(self) -> None:
        super().__init__("This form was saved already with other content. Open it again.")


def once(
    key: UUID, work: Callable[[], Answer], *, action: str, content: Mapping[str, Any], by: User
) -> Answer:
    """Run `work` in a transaction unless this key has done so before; returns its saved answer.

    Ten simultaneous senders wait for the first. If `work` raises, the key stays unused. Raises
    KeyReused when the key was used by somebody else, or for something else.
    """
    digest = _digest(content)
    with transaction.atomic():
        _lock(key)
        used = UsedKey.objects.filter(key=key).first()
        if used is not None:
            if (used.user_id, used.action, used.digest) != (by.pk, action, digest):
                raise KeyReused
            return dict(used.answer)
        answer = work()
        UsedKey.objects.create(key=key, user=by, action=action, digest=digest, answer=answer)
        return answer


def _lock(key: UUID) -> None:
    """Until the end of the transaction; another key never waits for this one for long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
