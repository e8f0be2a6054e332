"""Giving numbers."""

from django.db import connection, transaction

NEXT = """INSERT INTO number_counters AS c (name, value) VALUES (%(name)s, %(first)s)
    ON CONFLICT (name) DO UPDATE SET value = c.value + %(many)s RETURNING value"""


def next_number(name: str) -> int:
    """The number after the last one given under this name, beginning with 1.

    The counter's row stays locked to the end of the caller's transaction: who rolls back gives the
    number back, so none is missing, and nobody else gets the same.
    """
    return next_numbers(name, 1)[-1]


def next_numbers(name: str, many: int) -> range:
    """`many` numbers that follow one another."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NEXT, {"name": name, "first": many, "many": many})
        last: int = cursor.fetchone()[0]
    return range(last - many + 1, last + 1)
