"""An owner's data key: made on first use, found again, held for a while.

A key made in a transaction is known to that transaction only until it commits: what others sealed
with it would be lost if it rolled back.
"""

import secrets
import threading
from collections.abc import Iterable
from typing import NoReturn
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import connection, transaction
from django.db.models import Q

from core.crypto import beginning
from core.crypto.errors import DataKeyMissing, KeyShredded, NotAuthentic
from core.crypto.held import OpenKey, held
from core.crypto.keys import Purpose
from core.crypto.models import DataKey
from core.crypto.wrapping import wrapping
from core.ids import uuid7

SIZE = 32
ID_BYTES = 16
# Makers share it; who destroys a key-encryption key holds it alone, and so waits for all of them.
LOCK = 0x5E7C16
MOST_EXPECTED = 500
_thread = threading.local()


class Uncommitted:
    """Keys made in this transaction. Django forgets it with the transaction or its savepoint."""

    def __init__(self) -> None:
        self.keys: dict[UUID | str, OpenKey] = {}

    def add(self, key: OpenKey) -> None:
        self.keys[key.id] = self.keys[key.owner] = key

    def __call__(self) -> None:
        for key in self.keys.values():
            held.add(key)


def to_seal(owner: str) -> OpenKey:
    """The key that seals for this owner, made if there is none.

    Raises KeyMissing, KeyShredded.
    """
    return _known(owner) or _load([owner]).get(owner) or _make([owner])[owner]


def to_open(owner: str | None, key_id: UUID) -> OpenKey:
    """The owner's key of that id, or whoever's it is. Raises KeyMissing, KeyShredded, DataKeyMissing, NotAuthentic."""
    key = _known(key_id) or _load_expected(key_id)
    if key is None:
        _refuse(owner, key_id)
    elif key.owner != (owner or key.owner):
        raise NotAuthentic(f"a value of {owner}")
    return key


def is_known(key_id: UUID) -> bool:
    """Whether it is committed, or made in this transaction and not taken back, and at hand."""
    return _known(key_id) is not None


def expect(key_id: bytes) -> None:
    """Rows that need this key have been read: it is fetched with the first of them that opens.

    So a list costs one query for all its keys, and none if nobody reads what is sealed. What is no
    key's id is passed over: only whoever opens that row is to hear that it was never sealed.
    """
    if len(key_id) != ID_BYTES:
        return
    expected: dict[bytes, None] = _thread.__dict__.setdefault("expected", {})
    expected[key_id] = None
    if len(expected) > MOST_EXPECTED:
        del expected[next(iter(expected))]


def warm(owners: Iterable[str]) -> None:
    """Have the keys of many at hand, in one query, or none when they are."""
    lacking = {owner for owner in owners if _known(owner) is None}
    if lacking:
        _load(sorted(lacking))


def provide(owners: Iterable[str]) -> None:
    """The same, and make those that are missing. Raises KeyMissing, KeyShredded."""
    lacking = sorted({owner for owner in owners if _known(owner) is None})
    missing = set(lacking) - _load(lacking).keys() if lacking else set()
    if missing:
        _make(sorted(missing))


def _known(name: UUID | str) -> OpenKey | None:
    return held.get(name) or next(
        (u.keys[name] for u in _uncommitted() if name in u.keys),
        None,
    )


def _uncommitted() -> list[Uncommitted]:
    """Exactly those whose savepoint, if any, still stands: Django drops the rest from its list."""
    return [each[1] for each in connection.run_on_commit if isinstance(each[1], Uncommitted)]


def _load(owners: list[str]) -> dict[str, OpenKey]:
    """Hold all keys of these owners; returns those that seal, by owner."""
    return {key.owner: key for key in _hold(Q(owner__in=owners)) if key.seals}


def _load_expected(key_id: UUID) -> OpenKey | None:
    """This key, and in the same query all that the rows read lately will need."""
    expected = {UUID(bytes=each) for each in _thread.__dict__.pop("expected", ())}
    wanted = {key_id, *(each for each in expected if _known(each) is None)}
    return {key.id: key for key in _hold(Q(pk__in=wanted))}.get(key_id)


def _hold(which: Q) -> list[OpenKey]:
    rows = DataKey.objects.filter(which).exclude(state=DataKey.State.SHREDDED)
    found = [_opened(row) for row in rows]
    for key in found:
        held.add(key)
    return found


def _opened(row: DataKey) -> OpenKey:
    """The id is wrapped with the key, so that no row can pass for another's."""
    plain = wrapping().unwrap(row.kek_id, bytes(row.wrapped))
    if plain[:16] != row.pk.bytes:
        raise NotAuthentic(f"the data key of {row.owner}")
    return OpenKey(row.pk, row.owner, row.state == DataKey.State.ACTIVE, AESGCM(plain[16:]))


def _make(owners: list[str]) -> dict[str, OpenKey]:
    """New keys, or those somebody else has made at the same moment."""
    with transaction.atomic():
        _share_lock()
        beginning.present(Purpose.ENVELOPE)
        DataKey.objects.bulk_create([_new(owner) for owner in owners], ignore_conflicts=True)
        rows = list(DataKey.objects.filter(owner__in=owners).exclude(state=DataKey.State.RETIRED))
        for row in rows:
            if row.state == DataKey.State.SHREDDED:
                raise KeyShredded(row.owner)
        made = Uncommitted()
        for row in rows:
            made.add(_opened(row))
        transaction.on_commit(made)
    return {row.owner: made.keys[row.owner] for row in rows}


def _new(owner: str) -> DataKey:
    key_id = uuid7()
    kek_id, wrapped = wrapping().wrap(key_id.bytes + secrets.token_bytes(SIZE))
    return DataKey(pk=key_id, owner=owner, wrapped=wrapped, kek_id=kek_id)


def _share_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def _refuse(owner: str | None, key_id: UUID) -> NoReturn:
    shredded = DataKey.objects.filter(Q(pk=key_id) | Q(owner=owner or ""), state="shredded")
    if shredded.exists():
        raise KeyShredded(owner or str(key_id))
    raise DataKeyMissing(owner or str(key_id))
