"""Whether the audit is what was written: every entry, in its order, up to what was stated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from audit.domain import archived
from audit.domain.chain import Seal
from audit.domain.checkpoints import Statement
from audit.domain.sealing import COLLECTION
from audit.domain.statements import statements
from audit.domain.walk import Broken, Verdict, Walk
from audit.models import Archive
from core.crypto.keys import KeyMissing
from core.databases import mongo
from core.outbox import queries as outbox
from core.relay.sinks import CODEC_RAW

BATCH = 2000
TOO_OLD_SECONDS = 300
HEAD = "SELECT seq FROM sync_heads WHERE topic = 'audit'"
Tell = Callable[[int, int], None]


@dataclass
class Found:
    """What a verification saw. `seq` is the first entry that is not as it was; `archived` of the
    entries lie in files, which were read if `with_archive`."""

    verdict: Verdict = Verdict.INTACT
    words: str = "Intact."
    seq: float | None = None
    first: int = 1
    entries: int = 0
    last: int = 0
    unsealed: int = 0
    unsigned: int = 0
    checkpoints: int = 0
    archived: int = 0
    with_archive: bool = False
    seconds: float = 0.0


def verify(
    tell: Tell = lambda done, total: None,
    *,
    since: datetime | None = None,
    with_archive: bool = False,
) -> Found:
    """Read every entry of MongoDB, and of the archive's files if asked to; or those after the last
    checkpoint made before `since`, which is signed and so stands for all before it. `tell` hears
    how many of how many, now and then.

    Raises ServiceUnavailable when a server does not answer.
    """
    found, began = Found(with_archive=with_archive), timezone.now()
    try:
        _verify(found, since, tell)
    except Broken as broken:
        found.verdict, found.seq, found.words = broken.verdict, broken.seq, broken.words
    except KeyMissing as missing:
        found.verdict, found.words = Verdict.KEY_MISSING, str(missing)
    found.seconds = (timezone.now() - began).total_seconds()
    return found


def _verify(found: Found, since: datetime | None, tell: Tell) -> None:
    known, kept = statements(), list(Archive.objects.all())
    found.checkpoints, found.archived = len(known), sum(one.entries for one in kept)
    archived.refuse_lost(kept)
    begin = _beginning(known, since)
    if found.with_archive:
        begin = archived.begin_of_file(kept, known, begin)
    else:
        archived.refuse_cut(kept)
        begin = archived.later(begin, archived.end(kept, known))
    found.first = begin.seq + 1 if begin else 1
    walk = Walk(head=head(), known=known, last=begin)
    try:
        _walk(walk, found, kept, tell)
    finally:
        _count(walk, found)
    _refuse_changed_before(walk)
    _refuse_cut(walk)
    _refuse_waiting(walk)


def _beginning(known: dict[int, list[Statement]], since: datetime | None) -> Seal | None:
    """Where to begin: the entry of the newest checkpoint made before that moment."""
    stated = [one for made in known.values() for one in made if since and one.made_at <= since]
    last = max(stated, key=lambda one: one.seq, default=None)
    return Seal(last.seq, last.key_id, "", last.hash) if last else None


def _walk(walk: Walk, found: Found, kept: list[Archive], tell: Tell) -> None:
    """First the files, if they are to be read, then MongoDB."""
    log = mongo.collection(COLLECTION).with_options(CODEC_RAW)
    total = max(0, log.estimated_document_count() + found.archived - found.first + 1)
    reached = kept[-1].last if kept else 0
    for left in log.find({"seq": {"$lte": reached}}):
        walk.take_left(left)
    if found.with_archive:
        archived.walk(walk, kept, lambda: tell(walk.checked, total))
    entries = log.find(_wanted(walk, found, reached), sort=[("seq", 1)], batch_size=BATCH)
    for count, document in enumerate(entries, 1):
        walk.take(document)
        if count % BATCH == 0:
            tell(walk.checked + walk.unsealed, total)


def _wanted(walk: Walk, found: Found, reached: int) -> dict[str, Any]:
    """What is to come; whatever bears no number of an entry at all is met by those that read all."""
    if walk.last is not None and found.first > reached + 1:
        return {"seq": {"$gt": walk.last.seq}}
    return {"seq": {"$not": {"$lte": reached}}} if reached else {}


def _count(walk: Walk, found: Found) -> None:
    found.entries, found.unsealed = walk.checked + walk.unsealed, walk.unsealed
    found.unsigned = walk.unsigned
    found.last = walk.last.seq if walk.last else 0


def _refuse_changed_before(walk: Walk) -> None:
    """What was changed between its commit and its seal was sealed as it then was, and marked."""
    if walk.altered:
        words = "It was changed in PostgreSQL after it was written and before it was sealed."
        raise Broken(Verdict.ALTERED, walk.altered, words)


def _refuse_cut(walk: Walk) -> None:
    """What was numbered or stated is there."""
    last = walk.last.seq if walk.last else walk.unsealed
    reached = max(walk.head, max(walk.known, default=0))
    if last < reached:
        words = f"The last entry is {last}; there were entries up to {reached}."
        raise Broken(Verdict.TRUNCATED, last + 1, words)


def _refuse_waiting(walk: Walk) -> None:
    """Nothing waits for its seal, or for its checkpoint, longer than five minutes."""
    waits = outbox.lag()["oldest_seconds"]
    if waits > TOO_OLD_SECONDS:
        words = f"A change has waited {waits:.0f} s for its seal. Does the relay run?"
        raise Broken(Verdict.UNSEALED_TOO_OLD, None, words)
    _refuse_unstated(walk)


def _refuse_unstated(walk: Walk) -> None:
    stated = max(walk.known, default=0)
    if walk.last is None or walk.last.seq <= stated:
        return
    first = mongo.collection(COLLECTION).find_one({"seq": stated + 1}, {"timestamp": 1})
    waits = (timezone.now() - first["timestamp"]).total_seconds() if first else 0.0
    if waits > TOO_OLD_SECONDS:
        words = f"It has waited {waits:.0f} s for a checkpoint. Is the folder of the file full?"
        raise Broken(Verdict.UNSEALED_TOO_OLD, stated + 1, words)


def head() -> int:
    """The last number PostgreSQL knows to be given."""
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        row = cursor.fetchone()
    return int(row[0]) if row else 0
