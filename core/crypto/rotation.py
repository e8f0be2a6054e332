"""A new key-encryption key, and the end of an old one; the end of a data key.

Work for the tables' owner: the pages may only add data keys.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.crypto import keys
from core.crypto.datakeys import LOCK
from core.crypto.held import held
from core.crypto.keys import Purpose
from core.crypto.models import DataKey
from core.crypto.wrapping import wrapping
from core.errors import ClinicError

BATCH = 500
LIVE = ~Q(state=DataKey.State.SHREDDED)
Tell = Callable[[int, int], None]


class NothingToShred(ClinicError):
    """Nothing was ever sealed for this owner, or it is destroyed already."""

    def __init__(self, owner: str) -> None:
        super().__init__(f"There is no data key of {owner}: nothing is sealed for it.")


@dataclass(frozen=True)
class Standing:
    """How many data keys one key-encryption key wraps; whether its file is there."""

    kek_id: str
    data_keys: int
    is_present: bool
    is_newest: bool


def status() -> list[Standing]:
    """By key-encryption key, those that wrap nothing any more included."""
    counts = DataKey.objects.filter(LIVE).values("kek_id").annotate(n=Count("pk")).order_by()
    wrapped = {row["kek_id"]: row["n"] for row in counts}
    there = keys.ids(Purpose.ENVELOPE)
    names = [*there, *sorted(wrapped.keys() - set(there))]
    return [
        Standing(name, wrapped.get(name, 0), name in there, name == there[-1] if there else False)
        for name in names
    ]


def shredded() -> int:
    """How many data keys have been destroyed."""
    return DataKey.objects.exclude(LIVE).count()


def rotate(tell: Tell, *, destroys_old: bool = False) -> int:
    """Wrap every data key with a new key-encryption key; returns how many.

    A run that broke off is gone on with: the key it had made is used. Old key files are kept, since
    an older backup may need them, unless `destroys_old`. Raises KeyMissing, KeyGiven.
    """
    prepare()
    new = keys.present(Purpose.ENVELOPE).id
    total, done = _wrapped_otherwise(new).count(), 0
    while batch := _rewrap(new):
        done += batch
        tell(done, max(total, done))
    if destroys_old:
        _destroy_others(new)
    return done


def prepare() -> None:
    """Have a key-encryption key that wraps nothing yet, or not everything. Raises KeyGiven."""
    if not _is_unfinished():
        keys.make(Purpose.ENVELOPE)


def shred(owner: str) -> datetime:
    """Destroy the owner's data key; all that was sealed with it is unreadable from now on.

    Within the caller's transaction. Copies of the row in backups stay wrapped until the
    key-encryption key they were wrapped with is destroyed: `rotate(destroys_old=True)`.
    Raises NothingToShred.
    """
    DataKey.objects.filter(owner=owner, state=DataKey.State.RETIRED).delete()
    now = timezone.now()
    gone = DataKey.objects.filter(LIVE, owner=owner).update(
        wrapped=b"", state=DataKey.State.SHREDDED, shredded_at=now
    )
    if not gone:
        raise NothingToShred(owner)
    transaction.on_commit(held.clear)
    return now


def _is_unfinished() -> bool:
    """A key newer than all that wraps anything, or one that wraps only a part."""
    newest = keys.present(Purpose.ENVELOPE).id
    return _wrapped_otherwise(newest).exists()


def _wrapped_otherwise(new: str) -> QuerySet[DataKey]:
    return DataKey.objects.filter(LIVE).exclude(kek_id=new)


def _rewrap(new: str) -> int:
    """One batch, committed: what is done stays done."""
    with transaction.atomic():
        rows = list(_wrapped_otherwise(new).select_for_update()[:BATCH])
        for row in rows:
            plain = wrapping().unwrap(row.kek_id, bytes(row.wrapped))
            row.kek_id, row.wrapped = wrapping().wrap(plain)
        DataKey.objects.bulk_update(rows, ["kek_id", "wrapped"])
    return len(rows)


def _destroy_others(new: str) -> None:
    """Alone: whoever was making a data key with an old one has committed when the lock is ours."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        while _rewrap(new):
            pass
        for old in keys.ids(Purpose.ENVELOPE):
            if old != new:
                keys.destroy(Purpose.ENVELOPE, old)
