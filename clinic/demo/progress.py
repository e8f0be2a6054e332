"""How the making of the demo clinic shows: a bar for people, a line a step for logs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Facts = dict[str, int]
Advance = Callable[[float], None]
"""Told how much of a step is done, from 0 to 1."""


class Teller(Protocol):
    """Whoever is told how the work goes."""

    def step(self, title: str) -> "Step": ...


class Step(Protocol):
    """A step under way."""

    def advance(self, share: float) -> None: ...
    def done(self, facts: Facts) -> None: ...


class Lines:
    """One line a step, once it is done."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write

    def step(self, title: str) -> "Line":
        return Line(title, self.write)


class Line:
    """The line of one step."""

    def __init__(self, title: str, write: Callable[[str], object]) -> None:
        self.title, self.write, self.began = title, write, monotonic()

    def advance(self, share: float) -> None:
        """A line has no middle."""

    def done(self, facts: Facts) -> None:
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in facts.items())
        self.write(f"{self.title}: {counts or 'done'} ({monotonic() - self.began:.1f} s)")


class Bars:
    """A bar for each step."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def step(self, title: str) -> "Bar":
        return Bar(self.progress, title)


class Bar:
    """The bar of one step."""

    def __init__(self, progress: Progress, title: str) -> None:
        self.progress = progress
        self.task = progress.add_task(title, total=1.0)

    def advance(self, share: float) -> None:
        self.progress.update(self.task, completed=share)

    def done(self, facts: Facts) -> None:
        self.progress.update(self.task, completed=1.0)


@contextmanager
def teller(is_terminal: bool, write: Callable[[str], object]) -> Iterator[Teller]:
    """Bars where somebody looks on, lines elsewhere."""
    if not is_terminal:
        yield Lines(write)
        return
    columns = (TextColumn("{task.description:32}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bars(progress)
