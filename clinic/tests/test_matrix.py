"""Every address and topic x every role and outsider x every method, as `matrix.txt` expects it."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from clinic.tests import matrix
from clinic.tests.papers import staff, unhurried, write_everything
from core.testing import report

WRITE = "Write the table anew with `python -m bench.matrix`, and read what has changed in its diff."


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker) -> Iterator[dict]:
    """Staff, and three patients with something of everything."""
    with django_db_blocker.unblock(), transaction.atomic():
        unhurried()
        people = staff()
        yield {"staff": people, "written": write_everything(people)}
        transaction.set_rollback(True)


def test_everybody_gets_through_their_own_doors_and_no_other(house):
    expected = matrix.read(matrix.FILE.read_text("utf-8"))
    actors = matrix.actors_of(house["staff"])

    cells = matrix.tried(actors, matrix.things_of(house["written"][0]))

    unlisted = {route for route, _ in cells} - {route for route, _ in expected}
    gone = {route for route, _ in expected} - {route for route, _ in cells}
    different = [
        f"{method} /{route}: {matrix.ACTORS[n]} {was} -> {now}"
        for (route, method), signs in cells.items()
        for n, (was, now) in enumerate(zip(expected.get((route, method), ""), signs, strict=False))
        if was != now
    ]
    many = sum(map(len, cells.values()))
    report.tell(
        "authorisation",
        f"{many} cells, {len(different)} differences, {len(unlisted)} addresses unlisted",
    )
    assert (unlisted, gone) == (set(), set()), WRITE
    assert different == [], WRITE


def test_the_table_expects_no_error():
    assert "!" not in "".join(matrix.read(matrix.FILE.read_text("utf-8")).values())


def test_the_table_is_as_it_is_written():
    text = matrix.FILE.read_text("utf-8")

    assert matrix.written(matrix.read(text)) == text
