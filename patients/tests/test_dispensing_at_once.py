"""Fifty pharmacists at the same shelf, and at the same prescription."""

from decimal import Decimal

import pytest
from django.db.models import Sum

from core.accounts.roles import Role
from core.testing.crowds import at_once
from inventory.models import Lot, StockMove
from patients.domain.dispensing import LinesRefused, dispense
from patients.domain.giving import Give
from patients.models import Dispense, Prescription
from patients.queries import dispensing as queries
from patients.tests.medicines import item, lot, prescription

MANY = 50
D = Decimal


@pytest.fixture
def lena(transactional_db, person):
    return person(Role.PHARMACIST, given_name="Lena", family_name="Schäfer")


def sums_agree() -> bool:
    moved = Lot.objects.annotate(moved=Sum("moves__quantity"))
    return all(one.moved == one.quantity for one in moved)


def test_fifty_at_the_same_stock_sell_no_more_than_there_is(lena):
    amox = item()
    lot(amox, 60, number="1", days=30), lot(amox, 40, number="2", days=60)
    orders = [prescription((amox, 3)) for _ in range(MANY)]
    lines = [queries.lines_of(one.pk)[0].pk for one in orders]

    met = at_once(lambda n: dispense(orders[n].pk, [Give(lines[n], D(3))], by=lena))

    given = Dispense.objects.aggregate(n=Sum("quantity"))["n"]
    assert (met, given) == ({"done": 33, "LinesRefused": 17}, 99)
    assert [one.quantity for one in Lot.objects.order_by("expires_on")] == [0, 1]
    assert sums_agree()


def test_fifty_at_the_same_prescription_dispense_it_once(lena):
    amox = item()
    lot(amox, 1000)
    ordered = prescription((amox, 10))
    [line] = queries.lines_of(ordered.pk)
    version = queries.revision(ordered, [line])

    met = at_once(lambda n: dispense(ordered.pk, [Give(line.pk, D(10))], version=version, by=lena))

    assert met == {"done": 1, "DispensedMeanwhile": MANY - 1}
    assert StockMove.objects.filter(kind="dispense").count() == 1
    assert Lot.objects.get().quantity == 990


def test_the_same_lots_in_opposite_order_are_never_a_deadlock(lena):
    one, two = item("ONE"), item("TWO")
    lot(one, 1000, number="1"), lot(two, 1000, number="2")
    orders = [prescription((one, 2), (two, 2)) for _ in range(MANY)]
    lines = [[line.pk for line in queries.lines_of(order.pk)] for order in orders]

    def act(n: int) -> None:
        turn = lines[n] if n % 2 else lines[n][::-1]
        dispense(orders[n].pk, [Give(line, D(2)) for line in turn], by=lena)

    met = at_once(act)

    assert met == {"done": MANY}
    assert [shelf.quantity for shelf in Lot.objects.all()] == [900, 900]
    assert sums_agree()


def test_who_comes_too_late_is_told_who_took_it(lena):
    amox = item()
    lot(amox, 10)
    orders = [prescription((amox, 8)) for _ in range(2)]
    told = []

    def act(n: int) -> None:
        [line] = queries.lines_of(orders[n].pk)
        try:
            dispense(orders[n].pk, [Give(line.pk, D(8))], by=lena)
        except LinesRefused as refused:
            told.append(str(refused))
            raise

    met = at_once(act, 2)

    assert met == {"done": 1, "LinesRefused": 1}
    assert told[0].startswith("2 left; Lena Schäfer took 8 at ")
    assert set(Prescription.objects.values_list("state", flat=True)) == {"signed", "dispensed"}
