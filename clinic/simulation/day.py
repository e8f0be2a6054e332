"""A day of the whole staff."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clinic.simulation import care, desk, stations
from clinic.simulation.staff import Journal, Pace, Person
from core.accounts.demo import demo_accounts

Work = Callable[[Person], bool]
STAFF: tuple[tuple[str, Work, tuple[str, ...]], ...] = (
    ("joy", desk.receive, ("queue",)),
    ("ben", care.triage, ("queue",)),
    ("amina", care.consult, ("queue", "lab_requests")),
    ("kenji", care.consult, ("queue", "lab_requests")),
    ("tom", stations.measure, ("lab_requests",)),
    ("lena", stations.hand_out, ("prescriptions", "queue")),
    ("peter", stations.take_payment, ("till", "queue")),
)
"""Who does what, and what their page listens to."""


@contextmanager
def at_work(url: str, *, speed: float, tell: Callable[[str], None]) -> Iterator[Journal]:
    """The staff works in threads of their own until the block is left."""
    passwords = {account.username: account.password for account in demo_accounts()}
    pace, journal = Pace(speed), Journal(tell=tell)
    people = [
        Person(name, passwords[name], work, topics, url, pace, journal)
        for name, work, topics in STAFF
    ]
    threads = [threading.Thread(target=person.run, name=person.username) for person in people]
    for thread in threads:
        thread.start()
    try:
        yield journal
    finally:
        pace.stopping.set()
        for thread in threads:
            thread.join()
