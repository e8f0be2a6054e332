"""A document's whole way: committed to the outbox, carried by the relay, read from MongoDB.

It goes to a collection of its own, of which neither audit nor browsers hear, and is removed again
from both databases.
"""

import time
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection

from core.databases import absence, mongo, postgres
from core.health.checks.running import Bad, Check, Doubtful, Service
from core.ids import uuid7
from core.outbox import domain
from core.relay import loop
from core.relay.sinks import TRIALS

WAIT_SECONDS = 3.0


class Trial:
    """A document nobody misses."""

    collection_name = TRIALS

    def __init__(self) -> None:
        self.pk = str(uuid7())

    def entity(self) -> tuple[str, str]:
        return TRIALS, self.pk

    def owner(self) -> None:
        return None

    def payload(self) -> dict[str, str]:
        return {"_id": self.pk, "word": "kept"}


def goes_all_the_way() -> str:
    """Raises Doubtful without a relay: then the document is written directly, and read back."""
    trial = Trial()
    try:
        if not relay_runs():
            mongo.collection(TRIALS).insert_one(trial.payload())
            _expect(trial)
            raise Doubtful("No relay runs, so the document went directly: start `manage.py relay`.")
        return _by_the_relay(trial)
    finally:
        _remove(trial)


def relay_runs() -> bool:
    """Whether somebody holds the relay's lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = 0 AND objid = %s AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [loop.LOCK],
        )
        return bool((cursor.fetchone() or (False,))[0])


def _by_the_relay(trial: Trial) -> str:
    began = time.monotonic()
    domain.put_document(trial)
    while time.monotonic() - began < WAIT_SECONDS:
        if mongo.collection(TRIALS).find_one({"_id": trial.pk}):
            _expect(trial)
            return f"outbox, relay, MongoDB in {(time.monotonic() - began) * 1000:.0f} ms"
        time.sleep(0.02)
    raise Bad("The relay has not carried a document within 3 seconds: look at log/relay.log.")


def _expect(trial: Trial) -> None:
    if mongo.collection(TRIALS).find_one({"_id": trial.pk}) != trial.payload():
        raise Bad("MongoDB did not give a document back as it was written.")


def _remove(trial: Trial) -> None:
    """The outbox row by the tables' owner: nobody else may."""
    owner = settings.DATABASE_ROLE_URLS["owner"]
    with psycopg.connect(owner, connect_timeout=2, options="-c lock_timeout=2s") as admin:
        admin.execute("DELETE FROM outbox WHERE event_id = %s", [UUID(trial.pk)])
    mongo.collection(TRIALS).delete_one({"_id": trial.pk})
    mongo.database(settings.MONGODB_OWNER_URL).drop_collection(TRIALS)


SERVICE = Service(
    "Together",
    lambda: "both databases",
    (Check("a document goes all the way", goes_all_the_way),),
    absence.sentence,
    postgres.leave,
)
