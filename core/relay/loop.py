"""The relay's life: hold the lock, deliver, sleep until poked."""

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
import redis
from django.conf import settings
from psycopg import Connection
from psycopg.types.json import set_json_loads
from pymongo.errors import PyMongoError

from core.databases import mongo, valkey
from core.databases.breaker import CircuitOpen
from core.outbox import wake
from core.relay.delivery import MOST, Delivery
from core.relay.lossy import drain

logger = logging.getLogger(__name__)

LOCK = 0x5E7C11  # "Seth Clinic": the same number for every relay of a database.
LOOK_EVERY_SECONDS = 0.2
ROLL_EVERY_SECONDS = 3600
TROUBLES = (psycopg.OperationalError, PyMongoError, OSError)
TIMEOUTS = "-c statement_timeout=30s -c lock_timeout=10s -c synchronous_commit=on"


class Relay:
    """Delivers until stopped. A second one stands by and takes over when the first is gone."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.woken = threading.Event()
        self.rolled_at = 0.0

    def stop(self, *_: Any) -> None:
        """Finish the present batch and return; safe to call from a signal handler."""
        self.stopping.set()
        self.woken.set()

    def run(self) -> None:
        """Work until `stop`. No fault of a server ends it: it pauses and tries again."""
        threading.Thread(target=self._listen, name="relay-ear", daemon=True).start()
        while not self.stopping.is_set():
            try:
                with connected() as connection:
                    self._deliver_while_alone(connection)
            except TROUBLES as error:
                logger.warning("Relay waits for a server: %s", type(error).__name__)
                self.stopping.wait(0.5)

    def _deliver_while_alone(self, connection: Connection[Any]) -> None:
        if not alone(connection):
            self.stopping.wait(1)
            return
        delivery = Delivery(connection, mongo.database())
        while not self.stopping.is_set():
            self.woken.clear()
            self._roll(connection)
            delivery.tend()
            if delivery.run_once() < MOST and drain(mongo.database()) == 0:
                self.woken.wait(LOOK_EVERY_SECONDS)

    def _roll(self, connection: Connection[Any]) -> None:
        """Once an hour: partitions for the next days, and an end to delivered old ones."""
        if time.monotonic() - self.rolled_at > ROLL_EVERY_SECONDS or not self.rolled_at:
            connection.execute("SELECT outbox_roll()")
            connection.commit()
            self.rolled_at = time.monotonic()

    def _listen(self) -> None:
        """Hears the pokes. Without Valkey the regular look finds the rows all the same."""
        while not self.stopping.is_set():
            try:
                with valkey.client(5.0).pubsub(ignore_subscribe_messages=True) as ear:  # type: ignore[no-untyped-call]
                    ear.subscribe(wake.channel())
                    while not self.stopping.is_set():
                        if ear.get_message(timeout=1.0):
                            self.woken.set()
            except (redis.RedisError, CircuitOpen):
                self.stopping.wait(1)


@contextmanager
def connected() -> Iterator[Connection[Any]]:
    """The one connection that holds the lock, claims and marks: losing it loses all three."""
    url = settings.DATABASE_ROLE_URLS["relay"]
    with psycopg.connect(
        url, connect_timeout=2, options=TIMEOUTS, application_name="relay"
    ) as held:
        set_json_loads(partial(json.loads, parse_float=Decimal), held)
        yield held


def alone(connection: Connection[Any]) -> bool:
    """Take the relay's advisory lock for this session, if nobody holds it."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
    connection.commit()
    return bool(row and row[0])
