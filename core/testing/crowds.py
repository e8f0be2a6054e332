"""Many people at the same thing at the same moment."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection

from core.errors import ClinicError


def at_once(act: Callable[[int], object], people: int = 50) -> Counter[str]:
    """`act(n)` by everybody, let go at one signal; `done` or the name of what refused, counted.

    Anything but a ClinicError travels. As many work at a time as the pool has connections: on a
    slow machine the others would be told that the database is busy, which is not what is tried.
    """
    gate = threading.Barrier(people)
    places = threading.Semaphore(settings.DATABASE_POOL)

    def take_part(n: int) -> str:
        gate.wait()
        with places:
            try:
                act(n)
            except ClinicError as error:
                return type(error).__name__
            finally:
                connection.close()
        return "done"

    with ThreadPoolExecutor(people) as together:
        return Counter(together.map(take_part, range(people)))
