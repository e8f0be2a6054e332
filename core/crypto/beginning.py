"""A new clinic makes its keys; one that cannot open what it holds does not start."""

import sys
from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import DatabaseError, connection

from core.crypto import keys
from core.crypto.keys import Key, KeyMissing, Purpose
from core.crypto.models import DataKey

IN_USE = "SELECT kek_id, count(*) FROM data_keys WHERE state <> 'shredded' GROUP BY kek_id"
REMEDY = (
    "Put the key files back from where they are kept (`manage.py keys export` had written them),"
    " or set KEYS_FOLDER to where they are."
)
NO_ENVELOPE = (
    "{count} data keys in the database are wrapped with the envelope key {kek_id}, which is not in"
    " {folder}. Without it nothing sealed can be read. "
)
NO_INDEX = "The index key is not in {folder}. Without it no phone or ID number can be found. "


def present(purpose: Purpose) -> Key:
    """The newest key, the first one made with the first data key. Raises KeyMissing."""
    try:
        return keys.present(purpose)
    except KeyMissing:
        if DataKey.objects.exists():
            raise
        return keys.make(purpose)


def lacking(in_use: Mapping[str, int]) -> str:
    """Why the key files do not fit a database with so many data keys of each id; "" if they do."""
    for kek_id, count in in_use.items():
        if not keys.exists(Purpose.ENVELOPE, kek_id):
            return NO_ENVELOPE.format(count=count, kek_id=kek_id, folder=keys.folder()) + REMEDY
    if in_use and not keys.exists(Purpose.INDEX):
        return NO_INDEX.format(folder=keys.folder()) + REMEDY
    return ""


def make_first() -> str:
    """Make the keys of a new clinic. Returns why it must not go on, or ""."""
    in_use = _in_use() if "data_keys" in connection.introspection.table_names() else {}
    why = lacking(in_use)
    if not why:
        _make_missing()
    return why


def _make_missing() -> None:
    """Before the first page: two processes that make an index key would not find each other's."""
    for purpose in (Purpose.ENVELOPE, Purpose.INDEX, Purpose.ROW):
        if not keys.exists(purpose):
            keys.make(purpose)


def refuse_without_keys() -> None:
    """End a page server that could not open what is stored. Without a database nothing is known."""
    try:
        why = lacking(_in_use())
    except DatabaseError:
        return
    finally:
        connection.close()
    if why:
        sys.exit(f"The clinic does not start. {why}")


def lacking_at(url: str) -> str:
    """The same of the database at this address, for a process that only starts others."""
    with psycopg.connect(url, connect_timeout=5) as other:
        rows: list[tuple[Any, ...]] = other.execute(IN_USE).fetchall()
    return lacking({str(kek_id): int(count) for kek_id, count in rows})


def _in_use() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(IN_USE)
        return dict(cursor.fetchall())
