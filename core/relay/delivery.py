"""One pass of the relay: claim, write, mark, commit, tell."""

import logging
from itertools import groupby
from typing import Any

import bson.errors
from psycopg import Connection
from pymongo.database import Database
from pymongo.errors import DocumentTooLarge

from core.relay import rows, sinks, writer
from core.relay.rows import Row
from core.relay.sequences import Sequences
from core.relay.sinks import Entry

logger = logging.getLogger(__name__)

MOST = 1000
UNFIT = (
    bson.errors.InvalidDocument,
    DocumentTooLarge,
    bson.errors.BSONError,
    OverflowError,
    ValueError,
    TypeError,
)
LARGEST = 16 * 1024 * 1024


class Delivery:
    """Carries rows to MongoDB. `doubt` is set after any failure: then what MongoDB already holds
    is looked up before anything is numbered or written again."""

    def __init__(self, connection: Connection[Any], database: Database[Any]) -> None:
        self.connection, self.database = connection, database
        self.sequences = Sequences(database)
        self.doubt = True

    def run_once(self, most: int = MOST) -> int:
        """Deliver up to so many rows and return how many were claimed; 0 means all is done.

        Whatever fails inside leaves the rows pending; the next pass finds out what arrived.
        """
        try:
            claimed, entries = self._deliver(most)
        except BaseException:
            self._be_careful()
            self.connection.rollback()
            raise
        self._tell(entries)
        return claimed

    def _deliver(self, most: int) -> tuple[int, list[Entry]]:
        """All rows or, where one fails, only the note of its failure: the others go next time."""
        claimed = rows.claim(self.connection, most)
        entries, unfit = self._fit(claimed)
        if unfit:
            rows.mark_failed(self.connection, unfit)
        elif refused := self._write(entries):
            rows.mark_failed(self.connection, refused.rows())
            self._be_careful()
        else:
            rows.mark_delivered(self.connection, claimed)
            self.sequences.save(self.connection)
            self.doubt = self.doubt and not claimed
        self.connection.commit()
        return len(claimed), [] if unfit or self.doubt else entries

    @staticmethod
    def _fit(claimed: list[Row]) -> tuple[list[Entry], list[tuple[Row, str]]]:
        """All sinks' entries, and the rows that cannot be encoded."""
        entries: list[Entry] = []
        unfit: list[tuple[Row, str]] = []
        for row in claimed:
            try:
                entries += _entries_of(row)
            except UNFIT as error:
                unfit.append((row, f"{type(error).__name__}: {error}"))
        return entries, unfit

    def _write(self, entries: list[Entry]) -> writer.Refused | None:
        """Plain documents first: a refusal there must not have used up a number."""
        entries.sort(key=lambda entry: (entry.sequence is not None, entry.collection))
        try:
            for _, group in groupby(entries, key=lambda entry: entry.collection):
                self._write_collection(list(group))
        except writer.Refused as refused:
            return refused
        return None

    def _write_collection(self, entries: list[Entry]) -> None:
        held = writer.already_there(self.database, entries) if self.doubt else {}
        if held:
            logger.info("%s found already delivered: %d", entries[0].collection, len(held))
        missing = [entry for entry in entries if entry.id not in held]
        self.sequences.load(self.connection, entries, doubt=self.doubt)
        if missing and missing[0].chain:
            missing[0].chain.load(self.database, doubt=self.doubt)
        for entry in missing:
            if entry.sequence:
                entry.seq = self.sequences.next(entry.sequence)
            if entry.chain:
                entry.chain.seal(entry)
        writer.write(self.database, missing)

    def _be_careful(self) -> None:
        self.doubt = True
        self.sequences.forget()

    def tend(self) -> None:
        """Let every sink tend to its own things."""
        for sink in sinks.registered():
            sink.tend(self.connection, self.database)

    @staticmethod
    def _tell(entries: list[Entry]) -> None:
        for sink in sinks.registered():
            sink.delivered(entries)


def _entries_of(row: Row) -> list[Entry]:
    found = [entry for sink in sinks.of_row(row) for entry in sink.entries(row)]
    for entry in found:
        if len(writer.encoded(entry).raw) > LARGEST:
            raise ValueError("larger than the 16 MB a document may have")
    return found
