"""The archive: entries that were sealed a year ago move from MongoDB into files.

A file ends at a checkpoint, so what it holds is stated by a signature that the archiver cannot make.
It is written, read again entry by entry, and given its name; then its row commits, which is the one
moment that counts; only what a row speaks of is taken out of MongoDB. Whoever is killed in between
leaves nothing that the next run would not finish.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pymongo
from django.conf import settings
from django.db import connection, transaction
from pymongo.collection import Collection

from audit import files
from audit.domain import statements
from audit.domain.chain import BEGINNING, Seal
from audit.domain.checking import Checked, check
from audit.domain.sealing import COLLECTION
from audit.models import Archive, Checkpoint
from audit.queries import archived
from core.capture.context import acting
from core.databases import mongo
from core.databases.alone import alone
from core.errors import ClinicError
from core.outbox.domain import put_fact
from core.relay.sinks import CODEC_RAW

LOCK = 0x61726368
TWICE = "Entries are being archived already. Wait until that is done."
MOST = 20_000
"""Entries a file, unless two checkpoints lie further apart."""
LEAST_DAYS = 100
"""A year in which the audit grew on fewer days than these is a clock that jumped."""
STEP, STEP_SECONDS = 1000, 30
A_YEAR_AGO = "SELECT now() - interval '1 year'"
Tell = Callable[[int], None]


class ArchiveRefused(ClinicError):
    """Why nothing more was moved."""


@dataclass
class Moved:
    """What a run did; `left` are entries that an interrupted run had not taken out of MongoDB."""

    entries: int = 0
    files: int = 0
    left: int = 0


def archive(
    tell: Tell = lambda done: None, *, before: datetime | None = None, reason: str = ""
) -> Moved:
    """Move what was sealed before that moment, or else before a year ago by PostgreSQL's clock.

    Raises ArchiveRefused; Broken, KeyMissing or Damaged before anything is removed that is not as
    it was written; ServiceUnavailable; OSError when the folder is full or gone.
    """
    with alone(LOCK, ArchiveRefused(TWICE)):
        log = _log_of_the_archiver()
        moved = Moved(left=_finish(log))
        limit = before or _a_year_ago()
        bound = _bound(limit)
        while end := _next_end(bound):
            _refuse_doubtful(limit, reason)
            kept = _keep(end, reason)
            _take_out(log, kept)
            moved.entries, moved.files = moved.entries + kept.entries, moved.files + 1
            tell(moved.entries)
    return moved


def _bound(limit: datetime) -> int:
    """The first number that stays: that of the first checkpoint after the limit, so that no later
    one is taken for old because a clock went back; and never that of the newest entry, which the
    relay goes on from."""
    later = Checkpoint.objects.filter(made_at__gt=limit).order_by("seq").first()
    newest = mongo.collection(COLLECTION).find_one({}, {"seq": 1}, sort=[("seq", -1)])
    reached = newest["seq"] if newest else 0
    return min(reached, later.seq) if later else int(reached)


def _next_end(bound: int) -> int:
    """The checkpoint with which the next file ends; 0 when there is nothing to move."""
    last = _last().seq
    stated = Checkpoint.objects.filter(seq__gt=last, seq__lt=bound).order_by("seq")
    end = stated.filter(seq__lte=last + MOST).last() or stated.first()
    return end.seq if end else 0


def _last() -> Seal:
    """Where the archive ends."""
    newest = archived.newest()
    return Seal(newest.last, "", "", newest.tail) if newest else Seal(0, "", "", BEGINNING)


def _keep(end: int, reason: str) -> Archive:
    """Write a file and commit its row."""
    before = _last()
    name = files.name_of(before.seq + 1, end)
    part = files.write(files.path_of(name), _entries(before.seq + 1, end))
    checked = check(files.read(part), before, end, statements.in_rows(seq=end))
    size, sha256 = part.stat().st_size, files.digest(part)
    files.keep(part, files.path_of(name))
    with acting(reason=reason or None), transaction.atomic():
        kept = _row(checked, name=name, size=size, sha256=sha256)
        put_fact("archive", entity_type="audit", first=kept.first, last=kept.last)
    return kept


def _row(checked: Checked, **facts: str | int) -> Archive:
    return Archive.objects.create(
        first=checked.first,
        last=checked.last,
        tail=checked.tail,
        since=checked.since,
        until=checked.until,
        **facts,
    )


def _entries(first: int, last: int) -> Iterator[bytes]:
    log = mongo.collection(COLLECTION).with_options(CODEC_RAW)
    for entry in log.find({"seq": {"$gte": first, "$lte": last}}, sort=[("seq", 1)]):
        yield bytes(entry.raw)


def _finish(log: Collection[dict[str, object]]) -> int:
    """Take out what an interrupted run left: its file and its row are there."""
    newest = archived.newest()
    reach = {"seq": {"$lte": newest.last if newest else 0}}
    first = mongo.collection(COLLECTION).find_one(reach, {"seq": 1}, sort=[("seq", 1)])
    if first is None:
        return 0
    kept = Archive.objects.filter(last__gte=first["seq"]).order_by("last")
    return sum(_take_out(log, one) for one in kept)


def _take_out(log: Collection[dict[str, object]], kept: Archive) -> int:
    """Remove exactly what the file holds, after it was found to be as it was written."""
    path = files.path_of(kept.name)
    if files.digest(path) != kept.sha256:
        raise files.Damaged(f"{path} is not as it was written: entries {kept.span} are in it.")
    ids = [entry["_id"] for entry in files.read(path)]
    removed = 0
    for start in range(0, len(ids), STEP):
        with pymongo.timeout(STEP_SECONDS):
            some = {"_id": {"$in": ids[start : start + STEP]}}
            removed += log.delete_many(some).deleted_count
    return removed


def _refuse_doubtful(limit: datetime, reason: str) -> None:
    lived = Checkpoint.objects.filter(made_at__gt=limit).datetimes("made_at", "day").count()
    if lived < LEAST_DAYS and not reason:
        days = "1 day" if lived == 1 else f"{lived} days"
        raise ArchiveRefused(
            f"Since {limit:%Y-%m-%d} the audit grew on {days} only. Are the day and the clock"
            " right? Then give --reason, which will stand in the audit."
        )


def _a_year_ago() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(A_YEAR_AGO)
        row = cursor.fetchone()
    limit: datetime = row[0]
    return limit


def _log_of_the_archiver() -> Collection[dict[str, object]]:
    """Raises ArchiveRefused if its user may not remove."""
    log = mongo.database(settings.MONGODB_ARCHIVER_URL)[COLLECTION]
    if not mongo.may_remove(log):
        raise ArchiveRefused(
            "MongoDB's user may not take entries out of the audit: give MONGODB_ARCHIVER_URL one"
            " that may."
        )
    return log
