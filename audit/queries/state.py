"""How the log stands: how far it is sealed, and what the last verification found."""

from dataclasses import dataclass
from datetime import datetime

from audit.models import Archive, Verification
from audit.queries import archived
from core.databases import mongo
from core.errors import ServiceUnavailable


@dataclass(frozen=True)
class State:
    """`sealed` is the number of the newest entry, `at` when it was made; None without MongoDB.
    `archive` is the newest file of the archive."""

    sealed: int | None
    at: datetime | None
    last: Verification | None
    whole: Verification | None
    archive: Archive | None

    @property
    def is_alarming(self) -> bool:
        return self.last is not None and not self.last.is_intact


def state() -> State:
    """For the page; without MongoDB what PostgreSQL knows."""
    known = Verification.objects.select_related("by")
    last, whole = known.first(), known.filter(first__lte=1).first()
    try:
        with mongo.reading():
            log = mongo.collection("audit_logs")
            newest = log.find_one({}, {"seq": 1, "timestamp": 1}, sort=[("seq", -1)]) or {}
    except ServiceUnavailable:
        newest = {}
    return State(newest.get("seq"), newest.get("timestamp"), last, whole, archived.newest())
