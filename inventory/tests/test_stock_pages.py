"""Stock on one page: on hand, expiring, below reorder; and the card of an item."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.accounts.roles import Role
from core.capture.context import acting
from core.clock import today
from core.outbox.models import OutboxRow
from inventory import queries
from inventory.domain import stock
from inventory.models import Item, Lot, StockLocation, StockMove
from patients.tests.medicines import item, lot

D = Decimal


@pytest.fixture
def lena(person):
    return person(Role.PHARMACIST, given_name="Lena", family_name="Schäfer")


@pytest.fixture
def desk(client, lena):
    client.force_login(lena)
    return client


def listed(desk, **asked) -> list[str]:
    """Stock numbers in the list, in order."""
    page = desk.get(reverse("inventory:stock"), asked).content.decode()
    ids = re.findall(r'id="item-([^"]*)"', page)
    return [Item.objects.get(pk=pk).sku for pk in ids]


def shelf() -> None:
    lot(item("PLENTY", name="A", reorder_level=100), 500)
    lot(item("LOW", name="B", reorder_level=100), 40)
    lot(item("SOON", name="C"), 10, days=20)
    lot(item("GONE", name="D"), 10, days=-1)
    item("NONE", name="E", reorder_level=10)


def test_items_are_filtered_by_what_they_need(desk):
    shelf()

    assert {name: listed(desk, show=name) for name in ("all", "low", "soon", "out")} == {
        "all": ["PLENTY", "LOW", "SOON", "GONE", "NONE"],
        "low": ["LOW", "NONE"],
        "soon": ["SOON", "GONE"],
        "out": ["GONE", "NONE"],
    }
    assert listed(desk, q="b 500") == ["LOW"]


def test_usable_stock_has_not_expired_and_lies_where_things_are_given_out(db):
    amox = item()
    store = StockLocation.objects.create(name="Old store", active=False)
    lot(amox, 5, number="1", days=-1), lot(amox, 7, number="2", location=store)
    lot(amox, 11, number="3", days=0), lot(amox, 13, number="4", days=400)

    found = queries.with_stock().get()

    assert (found.on_hand, found.expiring, found.expired) == (24, 11, 5)
    assert found.nearest_expiry == today()
    assert queries.on_hand([amox.pk]) == {amox.pk: 24}


def test_the_file_holds_what_the_list_shows_and_is_in_the_audit(desk):
    shelf()

    answer = desk.get(reverse("inventory:stock_file"), {"show": "low"})

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["Stock number", "LOW", "NONE"]
    assert OutboxRow.objects.filter(action="export", entity_type="stock").count() == 1


def test_the_card_shows_every_movement_with_the_balance_after_it(desk, lena):
    amox = item()
    first, second = lot(amox, 10, number="1", days=30), lot(amox, 20, number="2", days=60)
    stock.take(amox, D(12), by=lena)
    stock.put_back(first.pk, D(3), reason="Unopened", reference="", by=lena)

    page = desk.get(reverse("inventory:item", args=[amox.pk])).content.decode()

    moves = queries.told(queries.bin_card(amox))
    assert [(one.move.quantity, one.move.balance, one.who) for one in moves] == [
        (3, 21, "Lena Schäfer"),
        (-2, 18, "Lena Schäfer"),
        (-10, 20, "Lena Schäfer"),
        (20, 30, ""),
        (10, 10, ""),
    ]
    assert "5 movements" in page
    assert "Unopened" in page
    assert second.lot_number == "2"


def test_a_card_is_paged_and_its_balances_go_on(desk, lena):
    amox = item()
    lot(amox, 100)
    for _ in range(60):
        stock.take(amox, D(1), by=lena)

    page = desk.get(reverse("inventory:item", args=[amox.pk]), {"page": 2}).content.decode()

    assert page.count('id="move-') == 11
    assert ">90<" in page


@pytest.mark.parametrize("name", ["stock", "item"])
def test_pages_ask_as_much_for_one_row_as_for_fifty(desk, lena, name):
    amox = item("FIRST")
    lot(amox, 1000)
    stock.take(amox, D(1), by=lena)
    address = reverse(f"inventory:{name}", args=[amox.pk] if name == "item" else [])
    desk.get(address)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            desk.get(address)
        return len(seen)

    few = asked()
    for n in range(40):
        lot(item(f"I{n}"), 10)
        stock.take(amox, D(1), by=lena)

    assert asked() == few


def test_expired_goods_come_back_only_to_be_destroyed(db, lena):
    amox = item()
    old = lot(amox, 10, days=-1)

    with pytest.raises(stock.NotOnTheShelf):
        stock.put_back(old.pk, D(1), reason="Found", reference="", by=lena)
    stock.put_back(old.pk, D(1), reason="Found", destroy=True, reference="", by=lena)

    assert [one.kind for one in StockMove.objects.order_by("pk")] == [
        "receive",
        "return",
        "destroy",
    ]
    assert Lot.objects.get().quantity == 10


def test_yesterdays_taking_is_not_named(db, lena):
    amox = item()
    lot(amox, 10)
    with acting(user_id=lena.pk):
        move = StockMove(lot=Lot.objects.get(), kind="dispense", quantity=-1)
        move.created_at = timezone.now() - timedelta(days=2)
        move.save()

    assert queries.last_taking(amox.pk) is None
