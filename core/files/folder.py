"""Files in a folder: written beside, forced to disk, and given their name last."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ServiceUnavailable

PART = ".part"
REMEDY = "Look whether its disk is full or gone; nothing was changed."


class Folder:
    """A folder only the clinic's own user may look into."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def put(self, key: str, content: bytes) -> None:
        path = self.root / key
        part = path.with_name(path.name + PART)
        with self._reachable():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("xb") as file:
                os.chmod(part, 0o600)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
            sync(path.parent)

    def get(self, key: str) -> bytes:
        try:
            return (self.root / key).read_bytes()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise self._gone() from error

    def delete(self, key: str) -> None:
        path = self.root / key
        with self._reachable():
            path.unlink(missing_ok=True)
            path.with_name(path.name + PART).unlink(missing_ok=True)

    def keys(self) -> Iterator[str]:
        for path in self.root.glob("??/*"):
            yield f"{path.parent.name}/{path.name.removesuffix(PART)}"

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._gone() from error

    def _gone(self) -> ServiceUnavailable:
        return ServiceUnavailable("The folder of files", str(self.root), REMEDY)


def sync(folder: Path) -> None:
    """The name too is on disk."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
