"""What is kept for a while and then thrown away."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from core.accounts.models import SignInAttempt
from core.editing.models import Draft, UsedKey
from core.sessions.models import OpenSession

KEYS_FOR = timedelta(days=7)
DRAFTS_FOR = timedelta(days=30)
ATTEMPTS_FOR = timedelta(days=30)

Outlived = Callable[[], QuerySet]  # type: ignore[type-arg]
_more: dict[str, Outlived] = {}
_works: dict[str, Callable[[], int]] = {}


def also(name: str, rows: Outlived) -> None:
    """What of an app's own may go; called in `AppConfig.ready`."""
    _more[name] = rows


def also_do(name: str, work: Callable[[], int]) -> None:
    """What an app throws away that is no row; `work` says how much of it. Safe to repeat."""
    _works[name] = work


def outlived() -> dict[str, QuerySet]:  # type: ignore[type-arg]
    """What may go, by name: used form keys, forgotten drafts, failed sign-ins, ended sessions."""
    now = timezone.now()
    return {
        "keys": UsedKey.objects.filter(used_at__lt=now - KEYS_FOR),
        "drafts": Draft.objects.filter(saved_at__lt=now - DRAFTS_FOR),
        "attempts": SignInAttempt.objects.filter(at__lt=now - ATTEMPTS_FOR),
        "sessions": OpenSession.objects.filter(expire_date__lt=now),
        **{name: rows() for name, rows in _more.items()},
    }


def tidy() -> dict[str, int]:
    """Throw away what has outlived its time; returns how many of each. Safe to repeat."""
    gone = {name: rows.delete()[0] for name, rows in outlived().items()}
    return gone | {name: work() for name, work in _works.items()}
