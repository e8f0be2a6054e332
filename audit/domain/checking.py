"""Whether a file holds a stretch of the chain, whole and in its order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bson.raw_bson import RawBSONDocument

from audit.domain.chain import Seal
from audit.domain.checkpoints import Statement
from audit.domain.statements import refuse_forged
from audit.domain.walk import Broken, Verdict, Walk


@dataclass(frozen=True)
class Checked:
    """What was found; `since` and `until` are the earliest and the latest moment of an entry."""

    first: int
    last: int
    tail: str
    since: datetime
    until: datetime


def check(
    entries: Iterable[RawBSONDocument], before: Seal, end: int, stated: list[Statement]
) -> Checked:
    """The entries that follow on `before`, up to `end`, which genuine checkpoints state.

    Raises Broken at the first that is not as it was sealed, or KeyMissing.
    """
    refuse_forged(stated)
    walk = Walk(head=end, known={end: stated}, last=before)
    moments = []
    for entry in entries:
        walk.take(entry)
        moments.append(entry["timestamp"])
    last = walk.last or before
    if last.seq != end or not moments:
        raise Broken(Verdict.GAP_OR_INSERT, last.seq + 1, f"Entries up to {end} should follow.")
    return Checked(before.seq + 1, end, last.hash, min(moments), max(moments))
