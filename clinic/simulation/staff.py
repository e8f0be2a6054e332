"""People at work: each has a window, hears what changes, and does what waits."""

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from clinic.simulation.ear import Ear
from clinic.simulation.window import NotWorking, Window

logger = logging.getLogger(__name__)
LOOKS_AGAIN_SECONDS = 4.0
"""Also without news somebody looks at the list now and then."""


@dataclass
class Pace:
    """How fast the day goes: `speed` minutes of it pass in a minute."""

    speed: float
    stopping: threading.Event = field(default_factory=threading.Event)

    def spend(self, minutes: float) -> None:
        """Be busy for so many minutes of the day."""
        self.stopping.wait(minutes * 60 / self.speed)


@dataclass
class Journal:
    """What was done, and what went wrong; counted by its words."""

    done: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    tell: Callable[[str], None] = lambda _: None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, who: str, act: str, of: str = "") -> None:
        with self._lock:
            self.done[act] = self.done.get(act, 0) + 1
        self.tell(f"{who} {act} {of}".rstrip())

    def fault(self, who: str, error: Exception) -> None:
        with self._lock:
            self.faults.append(f"{who}: {error}")
        self.tell(f"{who} is stuck: {error}")


@dataclass
class Person:
    """One of the staff. `work(person)` does one thing that waits and says whether there was one."""

    username: str
    password: str
    work: Callable[["Person"], bool]
    topics: tuple[str, ...]
    url: str
    pace: Pace
    journal: Journal
    window: Window = field(init=False)
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.window = Window(self.url)
        # The same person does the same on every machine: nothing here is secret.
        self.chance = random.Random(self.username)  # noqa: S311

    def run(self) -> None:
        """Work until the day is over."""
        self.window.sign_in(self.username, self.password)
        ear = Ear(self.url, self.window.session(), self.topics)
        try:
            while not self.pace.stopping.is_set():
                if not self.do_one():
                    ear.wait(LOOKS_AGAIN_SECONDS)
        finally:
            ear.close()
            self.window.close()

    def do_one(self) -> bool:
        """Whether there was something to do. What goes wrong is noted, and the day goes on."""
        try:
            return self.work(self)
        except (NotWorking, httpx.HTTPError) as error:
            self.journal.fault(self.username, error)
            time.sleep(1)
            return False

    def note(self, act: str, of: str = "") -> None:
        self.journal.note(self.username, act, of)
