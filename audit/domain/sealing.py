"""The relay's side of the chain: it numbers the entries anyway, so it seals them too."""

from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import DESCENDING
from pymongo.database import Database

from audit.domain.chain import BEGINNING, Seal, seal_of, sealed
from core.crypto import keys
from core.crypto.keys import Key, Purpose
from core.relay.sinks import CODEC_RAW, Entry

COLLECTION = "audit_logs"


class Chain:
    """Knows the last MAC; in doubt it is read from MongoDB again."""

    def __init__(self) -> None:
        self.last = ""
        self.key: Key | None = None

    def load(self, database: Database[Any], *, doubt: bool) -> None:
        """Before the first entry of a pass. Raises KeyMissing: an unsealed entry is never written."""
        if doubt or not self.last:
            self.key = None
            newest = newest_seal(database)
            self.last = newest.hash if newest else BEGINNING
        self.key = self.key or self._present(is_new=self.last == BEGINNING)

    def seal(self, entry: Entry) -> None:
        """Give a numbered entry its place."""
        if self.key is None:
            raise RuntimeError("A chain is loaded before it seals.")
        raw = sealed(self.key, self.last, entry.id, entry.body, entry.seq)
        entry.raw = RawBSONDocument(raw, CODEC_RAW)
        self.last = raw[-66:-2].decode()

    def held(self, entry: Entry, there: RawBSONDocument) -> None:
        """The entry as it would have been sealed where `there` stands."""
        seal = seal_of(bytes(there.raw))
        if seal is None:
            return
        key = keys.find(Purpose.SEAL, seal.key_id)
        raw = sealed(key, seal.before, entry.id, entry.body, seal.seq)
        entry.raw = RawBSONDocument(raw, CODEC_RAW)

    @staticmethod
    def _present(*, is_new: bool) -> Key:
        """The first entry ever makes the first keys; later a missing one is a fault."""
        try:
            return keys.present(Purpose.SEAL)
        except keys.KeyMissing:
            if not is_new:
                raise
            return keys.make(Purpose.SEAL)


def newest_seal(database: Database[Any]) -> Seal | None:
    """Of the newest sealed entry; None before the first."""
    log = database[COLLECTION].with_options(CODEC_RAW)
    newest = log.find_one({"hash": {"$exists": True}}, sort=[("seq", DESCENDING)])
    return seal_of(bytes(newest.raw)) if newest else None
