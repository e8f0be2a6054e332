"""Dense numbers per sequence, in delivery order.

The relay is alone, so it counts in memory. What it has given out stands in `sync_heads` with the
rows' delivery, and in the documents themselves: after any doubt the higher of the two is right.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from pymongo import DESCENDING
from pymongo.database import Database

from core.relay.sinks import Entry

HEADS = "SELECT topic, seq FROM sync_heads WHERE topic = ANY (%s)"
SAVE = """
INSERT INTO sync_heads (topic, seq, moved_at)
SELECT topic, seq, clock_timestamp() FROM unnest(%s::text[], %s::bigint[]) AS moved (topic, seq)
ON CONFLICT (topic) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at
"""
MOST_REMEMBERED = 200_000


class Sequences:
    """The counters in memory."""

    def __init__(self, database: Database[Any]) -> None:
        self.database = database
        self.heads: dict[str, int] = {}
        self.changed: set[str] = set()

    def forget(self) -> None:
        """After a failure nothing in memory is believed any more."""
        self.heads.clear()
        self.changed.clear()

    def load(self, connection: Connection[Any], entries: Sequence[Entry], *, doubt: bool) -> None:
        """Know the heads of the entries' sequences; in doubt look at the documents too."""
        if len(self.heads) > MOST_REMEMBERED:
            self.forget()
        unknown = {e.sequence: e for e in entries if e.sequence and e.sequence not in self.heads}
        if not unknown:
            return
        saved = dict(connection.execute(HEADS, [list(unknown)]).fetchall())
        for name, entry in unknown.items():
            self._learn(name, saved.get(name, 0), self._highest(entry) if doubt else 0)

    def next(self, name: str) -> int:
        """The next number of a loaded sequence."""
        self.heads[name] += 1
        self.changed.add(name)
        return self.heads[name]

    def save(self, connection: Connection[Any]) -> None:
        """Write the heads that moved, in the transaction that marks the rows delivered."""
        if self.changed:
            names = sorted(self.changed)
            connection.execute(SAVE, [names, [self.heads[name] for name in names]])
            self.changed.clear()

    def _learn(self, name: str, saved: int, found: int) -> None:
        self.heads[name] = max(saved, found)
        if found > saved:
            self.changed.add(name)

    def _highest(self, entry: Entry) -> int:
        """The last number MongoDB holds of the entry's sequence; topics number themselves apart."""
        same = {"topic": entry.body["topic"]} if "topic" in entry.body else {}
        newest = self.database[entry.collection].find_one(same, sort=[("seq", DESCENDING)])
        return int(newest["seq"]) if newest else 0
