"""A lot is the sum of its movements and never below zero."""

import threading
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from inventory.models import Item, Lot, StockLocation, StockMove


@pytest.fixture
def lot(db) -> Lot:
    """A hundred tablets."""
    return stocked()


def stocked() -> Lot:
    item = Item.objects.create(sku="AMOX500", name="Amoxicillin", strength="500 mg")
    shelf = StockLocation.objects.create(name="Pharmacy")
    made = Lot.objects.create(item=item, lot_number="A1", expires_on="2027-12-31", location=shelf)
    move(made, 100, StockMove.Kind.RECEIVE)
    return made


def move(lot: Lot, quantity: int, kind: str = StockMove.Kind.DISPENSE) -> StockMove:
    return StockMove.objects.create(lot=lot, quantity=quantity, kind=kind)


def quantity(lot: Lot) -> Decimal:
    lot.refresh_from_db()
    return lot.quantity


def test_a_movement_moves_the_lot(lot):
    move(lot, -8)

    assert quantity(lot) == 92


def test_a_lot_never_falls_below_zero(lot):
    with pytest.raises(IntegrityError, match="inventory_lots_never_negative"), transaction.atomic():
        move(lot, -101)

    assert quantity(lot) == 100


def test_a_quantity_is_not_set_by_hand(lot):
    with pytest.raises(DatabaseError, match="only by a stock movement"), transaction.atomic():
        Lot.objects.filter(pk=lot.pk).update(quantity=500)


def test_movements_are_never_changed(lot):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        StockMove.objects.update(quantity=1)


def test_eight_people_cannot_hand_out_more_than_there_is(transactional_db):
    lot, given = stocked(), []

    def dispense() -> None:
        for _ in range(25):
            try:
                move(lot, -1)
                given.append(1)
            except IntegrityError:
                pass
        connection.close()

    threads = [threading.Thread(target=dispense) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(given), quantity(lot)) == (100, 0)
