"""Whether the audit is what was written: every entry, in its order, up to what was stated."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from bson.raw_bson import RawBSONDocument
from django.conf import settings
from django.db import connection
from django.utils import timezone

from audit.domain import checkpoints
from audit.domain.chain import BEGINNING, Seal, mac, seal_of, without_hash
from audit.domain.checkpoints import Statement
from audit.domain.sealing import COLLECTION
from audit.models import Checkpoint
from core.crypto import keys
from core.crypto.keys import Key, KeyMissing, Purpose
from core.databases import mongo
from core.outbox import queries as outbox
from core.relay.sinks import CODEC_RAW

BATCH = 2000
TOO_OLD_SECONDS = 300
HEAD = "SELECT seq FROM sync_heads WHERE topic = 'audit'"


class Verdict(IntEnum):
    """Also the exit code of `manage.py verify_audit`."""

    INTACT = 0
    ALTERED = 2
    GAP_OR_INSERT = 3
    TRUNCATED = 4
    UNSEALED_TOO_OLD = 5
    KEY_MISSING = 6


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


class Broken(Exception):
    """The chain does not hold here."""

    def __init__(self, verdict: Verdict, seq: float | None, words: str) -> None:
        super().__init__(words)
        self.verdict, self.seq, self.words = verdict, seq, words


@dataclass
class Walk:
    """Goes along the chain; `known` are the statements it must agree with, by number."""

    head: int
    known: dict[int, list[Statement]]
    last: Seal | None = None
    checked: int = 0
    unsealed: int = 0
    keys: dict[str, Key] = field(default_factory=dict)

    def take(self, document: RawBSONDocument) -> None:
        """The next entry. Raises Broken or KeyMissing."""
        raw = bytes(document.raw)
        seal = seal_of(raw)
        if seal is None:
            self._take_unsealed(document)
            return
        self._refuse_broken(raw, seal)
        self._refuse_out_of_place(seal)
        for made in self.known.get(seal.seq, ()):
            if made.hash != seal.hash:
                raise Broken(Verdict.ALTERED, seal.seq, "It is not what a checkpoint states.")
        self.last = seal
        self.checked += 1

    def _take_unsealed(self, document: RawBSONDocument) -> None:
        """Entries from before sealing began come first; later there are none."""
        seq = document.get("seq")
        number = seq if isinstance(seq, int | float) else None
        if self.last is None and number is not None and number < self._first_stated():
            self.unsealed += 1
            return
        is_next = self.last is not None and number == self.last.seq + 1 and number <= self.head
        verdict = Verdict.ALTERED if is_next else Verdict.GAP_OR_INSERT
        raise Broken(verdict, number, "It bears no seal.")

    def _first_stated(self) -> int:
        return min(self.known, default=self.head + 1)

    def _refuse_broken(self, raw: bytes, seal: Seal) -> None:
        if mac(self._key(seal.key_id), without_hash(raw)) == seal.hash:
            return
        expected = self.last.seq + 1 if self.last else seal.seq
        is_strange = seal.seq != expected or seal.seq > self.head
        verdict = Verdict.GAP_OR_INSERT if is_strange else Verdict.ALTERED
        raise Broken(verdict, seal.seq, "Its seal does not fit its content.")

    def _refuse_out_of_place(self, seal: Seal) -> None:
        expected = self.last.seq + 1 if self.last else seal.seq
        if seal.seq != expected:
            words = f"After {expected - 1} comes {seal.seq}."
            raise Broken(Verdict.GAP_OR_INSERT, expected, words)
        before = self.last.hash if self.last else BEGINNING
        if self.last is None and seal.before != BEGINNING:
            raise Broken(Verdict.GAP_OR_INSERT, seal.seq, "What came before it is gone.")
        if seal.before != before:
            raise Broken(Verdict.ALTERED, seal.seq, "It does not follow on the one before.")

    def _key(self, key_id: str) -> Key:
        if key_id not in self.keys:
            self.keys[key_id] = keys.find(Purpose.SEAL, key_id)
        return self.keys[key_id]


Tell = Callable[[int, int], None]


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


def statements() -> dict[int, list[Statement]]:
    """All checkpoints, of PostgreSQL and of the file, by the number they speak of.

    Raises Broken for one that is not genuine, and where the file lacks one that PostgreSQL has.
    """
    in_file = list(read_file())
    rows = Checkpoint.objects.values("seq", "hash", "made_at", "key_id", "signature")
    in_rows = [Statement(**row) for row in rows]
    for made in (*in_rows, *in_file):
        if not checkpoints.is_genuine(made):
            raise Broken(Verdict.ALTERED, made.seq, "A checkpoint is not genuine.")
    missing = {made.seq for made in in_rows} - {made.seq for made in in_file}
    if missing:
        words = f"{settings.AUDIT_CHECKPOINTS} lacks checkpoints that PostgreSQL has."
        raise Broken(Verdict.TRUNCATED, min(missing), words)
    known: dict[int, list[Statement]] = {}
    for made in (*in_rows, *in_file):
        known.setdefault(made.seq, []).append(made)
    return known


def read_file() -> Iterator[Statement]:
    file = checkpoints.file()
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            yield Statement.read(line)
        except (ValueError, KeyError, TypeError) as error:
            raise Broken(Verdict.ALTERED, None, f"{file} holds a line that is none.") from error
