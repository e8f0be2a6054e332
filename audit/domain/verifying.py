"""Whether the audit is what was written: every entry, in its order, up to what was stated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from audit.domain.chain import Seal
from audit.domain.checkpoints import Statement
from audit.domain.sealing import COLLECTION
from audit.domain.statements import statements
from audit.domain.walk import Broken, Verdict, Walk
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
    """What a verification saw. `seq` is the first entry that is not as it was."""

    verdict: Verdict = Verdict.INTACT
    words: str = "Intact."
    seq: float | None = None
    first: int = 1
    entries: int = 0
    last: int = 0
    unsealed: int = 0
    unsigned: int = 0
    checkpoints: int = 0
    seconds: float = 0.0


def verify(tell: Tell = lambda done, total: None, *, since: datetime | None = None) -> Found:
    """Read every entry, or those after the last checkpoint made before `since`, which is signed and
    so stands for all before it. `tell` hears how many of how many, now and then.

    Raises ServiceUnavailable when a server does not answer.
    """
    found, began = Found(), timezone.now()
    try:
        known = statements()
        found.checkpoints = len(known)
        walk = Walk(head=head(), known=known, last=_beginning(known, since))
        found.first = walk.last.seq + 1 if walk.last else 1
        _walk(walk, found, tell)
        _refuse_changed_before(found)
        _refuse_cut(walk)
        _refuse_waiting(walk)
    except Broken as broken:
        found.verdict, found.seq, found.words = broken.verdict, broken.seq, broken.words
    except KeyMissing as missing:
        found.verdict, found.words = Verdict.KEY_MISSING, str(missing)
    found.seconds = (timezone.now() - began).total_seconds()
    return found


def _beginning(known: dict[int, list[Statement]], since: datetime | None) -> Seal | None:
    """Where to begin: the entry of the newest checkpoint made before that moment."""
    stated = [one for made in known.values() for one in made if since and one.made_at <= since]
    last = max(stated, key=lambda one: one.seq, default=None)
    return Seal(last.seq, last.key_id, "", last.hash) if last else None


def _walk(walk: Walk, found: Found, tell: Tell) -> None:
    log = mongo.collection(COLLECTION).with_options(CODEC_RAW)
    total = max(0, log.estimated_document_count() - found.first + 1)
    # Whatever bears no number of an entry at all is met by those that read everything.
    wanted = {"seq": {"$gte": found.first}} if found.first > 1 else {}
    try:
        entries = log.find(wanted, sort=[("seq", 1)], batch_size=BATCH)
        for count, document in enumerate(entries, 1):
            walk.take(document)
            if count % BATCH == 0:
                tell(count, total)
    finally:
        found.entries, found.unsealed = walk.checked + walk.unsealed, walk.unsealed
        found.last = walk.last.seq if walk.last else 0


def _refuse_changed_before(found: Found) -> None:
    """What was changed between its commit and its seal was sealed as it then was, and marked."""
    log = mongo.collection(COLLECTION)
    found.unsigned = log.count_documents({"metadata.origin": "unsigned"})
    altered = log.find_one({"metadata.origin": "altered"}, {"seq": 1}, sort=[("seq", 1)])
    if altered:
        words = "It was changed in PostgreSQL after it was written and before it was sealed."
        raise Broken(Verdict.ALTERED, altered["seq"], words)


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
