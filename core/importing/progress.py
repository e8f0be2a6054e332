"""What is shown while an import runs: how far it is, how fast, how long still."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Shown(Protocol):
    """Hears how far the two passes are."""

    def reading(self, position: int, total: int) -> None: ...
    def taking(self, count: int, total: int) -> None: ...


class Unseen:
    """Shows nothing."""

    def reading(self, position: int, total: int) -> None:
        return None

    def taking(self, count: int, total: int) -> None:
        return None


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="progress.data.speed")


class Bars:
    """A bar for each pass."""

    def __init__(self, console: Console) -> None:
        label, bar, left = TextColumn("{task.description:9}"), BarColumn(), TimeRemainingColumn()
        self.read = Progress(label, bar, DownloadColumn(), left, console=console)
        self.taken = Progress(label, bar, MofNCompleteColumn(), _Rate(), left, console=console)
        self._passes: dict[Progress, TaskID] = {}

    def reading(self, position: int, total: int) -> None:
        self._start(self.read, "Reading", total)
        self.read.update(self._passes[self.read], completed=position, total=total)

    def taking(self, count: int, total: int) -> None:
        self._start(self.taken, "Importing", total)
        self.taken.update(self._passes[self.taken], advance=count)

    def _start(self, progress: Progress, name: str, total: int) -> None:
        if progress not in self._passes:
            self.stop()
            self._passes[progress] = progress.add_task(name, total=total)
            progress.start()

    def stop(self) -> None:
        for progress in self._passes:
            progress.stop()


@contextmanager
def bars(console: Console) -> Iterator[Bars]:
    """Bars on a terminal; elsewhere rich keeps quiet."""
    shown = Bars(console)
    try:
        yield shown
    finally:
        shown.stop()
