"""How much an import may unpack. Checked while reading, so that no file is trusted for its size."""

from dataclasses import dataclass

from core.importing.errors import ImportRefused

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Real exports compress 20 to 50 times; a bomb does so a thousand times or more."""

    unpacked_bytes: int = 100 * 1024 * MEGABYTE
    ratio: int = 250
    ratio_from_bytes: int = 32 * MEGABYTE
    entries: int = 100_000
    archive_depth: int = 2
    resource_bytes: int = 12 * MEGABYTE
    resource_depth: int = 28
    line_bytes: int = 4 * MEGABYTE


LIMITS = Limits()


class Meter:
    """Counts what one file unpacks to. Raises ImportRefused when it is too much."""

    def __init__(self, name: str, packed_bytes: int, limits: Limits = LIMITS) -> None:
        self.name, self.packed_bytes, self.limits = name, packed_bytes, limits
        self.bytes = self.entries = 0

    def add(self, count: int) -> None:
        """`count` more bytes came out."""
        self.expect(self.bytes + count)
        self.bytes += count

    def expect(self, total: int) -> None:
        """Refuse before reading when this many bytes would come out."""
        if total > self.limits.unpacked_bytes:
            raise ImportRefused(f"{self.name} unpacks to more than {self._gigabytes()} GB.")
        allowed = max(self.limits.ratio_from_bytes, self.packed_bytes * self.limits.ratio)
        if total > allowed:
            raise ImportRefused(
                f"{self.name} unpacks to more than {self.limits.ratio} times its size: "
                "that is no clinical data but a decompression bomb."
            )

    def add_entry(self) -> None:
        """One more file of an archive."""
        self.entries += 1
        if self.entries > self.limits.entries:
            raise ImportRefused(f"{self.name} holds more than {self.limits.entries} files.")

    def _gigabytes(self) -> int:
        return self.limits.unpacked_bytes // (1024 * MEGABYTE)
