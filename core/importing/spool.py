"""Resources set aside until it is their turn: a patient before his visits, both before results.

They lie compressed in nameless temporary files, which vanish with the process, however it ends.
"""

import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard

from core.importing.identity import Key

LEVEL = 1


@dataclass(slots=True)
class Waiting:
    """A resource of the spool: where it was found, what it is called, its content as JSON."""

    file: int
    position: int
    bundle: int
    source: str
    is_given: bool
    key: Key
    digest: bytes
    content: bytes

    def resource(self) -> dict[str, Any]:
        """The resource itself."""
        found: dict[str, Any] = orjson.loads(self.content)
        return found


class Spool:
    """One file per turn, written once and then read in the order of the turns."""

    def __init__(self) -> None:
        self._files: dict[int, io.BufferedRandom] = {}
        self._writers: dict[int, Any] = {}
        self.counts: Counter[int] = Counter()

    def add(self, turn: int, waiting: Waiting) -> None:
        """Set a resource aside."""
        if turn not in self._writers:
            self._open(turn)
        head = orjson.dumps(
            [
                waiting.file,
                waiting.position,
                waiting.bundle,
                waiting.source,
                waiting.is_given,
                *waiting.key,
                waiting.digest.hex(),
            ]
        )
        # JSON escapes tabs and line feeds, so neither can stand inside.
        self._writers[turn].write(head + b"\t" + waiting.content + b"\n")
        self.counts[turn] += 1

    def _open(self, turn: int) -> None:
        self._files[turn] = tempfile.TemporaryFile(prefix="clinic-import-")  # noqa: SIM115
        compressor = zstandard.ZstdCompressor(level=LEVEL)
        self._writers[turn] = compressor.stream_writer(self._files[turn], closefd=False)

    def batches(self, size: int, most_bytes: int) -> Iterator[tuple[int, list[Waiting]]]:
        """Everything set aside, in the order of turns, some at a time."""
        for turn in sorted(self._writers):
            self._writers[turn].close()
            batch: list[Waiting] = []
            weight = 0
            for waiting in self._read(turn):
                batch.append(waiting)
                weight += len(waiting.content)
                if len(batch) >= size or weight >= most_bytes:
                    yield turn, batch
                    batch, weight = [], 0
            if batch:
                yield turn, batch

    def _read(self, turn: int) -> Iterator[Waiting]:
        with self._files[turn] as file:
            file.seek(0)
            reader = zstandard.ZstdDecompressor().stream_reader(file)
            for line in io.BufferedReader(reader, 1 << 20):
                head, _, content = line.partition(b"\t")
                *where, kind, name, digest = orjson.loads(head)
                file_number, position, bundle, source, is_given, key_source = where
                yield Waiting(
                    file_number,
                    position,
                    bundle,
                    source,
                    is_given,
                    Key(key_source, kind, name),
                    bytes.fromhex(digest),
                    content[:-1],
                )

    def __len__(self) -> int:
        return self.counts.total()
