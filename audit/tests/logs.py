"""A log to look at: entries that are written, sealed and stated."""

from audit.domain import checkpoints
from audit.domain.sealing import newest_seal
from core.databases import mongo
from core.outbox.domain import put_fact
from core.relay.loop import connected
from core.relay.sinks import CODEC_RAW

ENTRIES = 12


def write(count, relay):
    for number in range(count):
        put_fact("view", entity_type="patient", entity_id=f"p{number}")
    relay()


def state():
    newest = newest_seal(mongo.database())
    with connected() as relays:
        return checkpoints.make(relays, newest.seq, newest.hash)


def raw(log, seq):
    return log.with_options(CODEC_RAW).find_one({"seq": seq}).raw
