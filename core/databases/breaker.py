"""A server that is down must cost a page nothing: after a failure it is left alone for a while."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class CircuitOpen(Exception):
    """The server failed a moment ago; it is asked again after the pause."""


class Breaker:
    """Opens on the first failure, lets one caller through again every `pause_seconds`."""

    def __init__(self, failures: type[Exception] | tuple[type[Exception], ...], pause: float = 2.0):
        self.failures, self.pause_seconds = failures, pause
        self._lock = threading.Lock()
        self._retry_at = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._retry_at

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run the body unless the circuit is open; a failure inside opens it and travels on.

        Raises CircuitOpen without touching the server while the circuit is open.
        """
        self._enter()
        try:
            yield
        except self.failures:
            self._retry_at = time.monotonic() + self.pause_seconds
            raise
        self._retry_at = 0.0

    def _enter(self) -> None:
        """While half open, only the caller that comes first is let through."""
        with self._lock:
            if self.is_open:
                raise CircuitOpen
            if self._retry_at:
                self._retry_at = time.monotonic() + self.pause_seconds
