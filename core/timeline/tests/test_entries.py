"""Where a page of the record ends, as it is written into an address."""

from datetime import UTC, datetime

import pytest

from core.timeline.entries import Cursor

AT = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)


def test_a_cursor_is_read_as_it_was_written():
    assert Cursor.parse(str(Cursor(AT, "a"))) == Cursor(AT, "a")


@pytest.mark.parametrize(
    "text",
    [
        "", "~", "x", "2026-11-23T09:00:00+00:00", "2026-11-23T09:00:00~a", "2026-02-30T00:00Z~a",
        "0001-01-01T00:00:00+14:00~a", "9999-12-31T23:59:59-14:00~a", "2026-11-23T09:00:00Z~a\x00",
        "2026-11-23T09:00:00Z~\ud800", '{"$ne": ""}~{"$ne": ""}', "9" * 100_000,
    ],
)  # fmt: skip
def test_anything_else_is_none(text):
    assert Cursor.parse(text) is None
