"""What lies on the pharmacy's shelves: two or three lots of nearly everything."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from clinic.demo.chance import dice, one_of
from core.clock import today
from inventory.models import Item, Lot, StockLocation, StockMove, Supplier

SUPPLIERS = ("Harbour Medical Supply", "Northern Pharma Wholesale", "Rift Valley Health Stores")
SHELF, COLD, LOCKED = "Pharmacy shelf", "Refrigerator", "Controlled cupboard"
KEPT_COLD = ("J07", "A10A", "H04AA")
COST_SHARE = Decimal("0.62")
CENT = Decimal("0.01")
LOW_EVERY, SOON_EVERY, EXPIRED_EVERY, EMPTY_EVERY = 17, 15, 60, 75
"""Every so manyth item runs low, expires soon, has an expired lot, or is out of stock."""


class Shelf(NamedTuple):
    """Where things are kept and who delivers them."""

    locations: dict[str, StockLocation]
    suppliers: list[Supplier]


def fill_shelves() -> dict[str, int]:
    """Lots and the deliveries that brought them."""
    shelf = furnish()
    lots = [lot for number, item in enumerate(items()) for lot in lots_of(item, number, shelf)]
    Lot.objects.bulk_create(lot for lot, _ in lots)
    StockMove.objects.bulk_create(delivery(lot, quantity) for lot, quantity in lots)
    return {"lots": len(lots)}


def items() -> list[Item]:
    return list(Item.objects.order_by("sku"))


def furnish() -> Shelf:
    names = (SHELF, COLD, LOCKED)
    locations = {name: StockLocation.objects.get_or_create(name=name)[0] for name in names}
    suppliers = [Supplier.objects.get_or_create(name=name)[0] for name in SUPPLIERS]
    return Shelf(locations, suppliers)


def lots_of(item: Item, number: int, shelf: Shelf) -> Iterator[tuple[Lot, int]]:
    """The item's lots with the quantity that was delivered of each."""
    if number % EMPTY_EVERY == EMPTY_EVERY - 1:
        return
    is_low = number % LOW_EVERY == LOW_EVERY - 1
    for part in range(1 if is_low else 2 + dice("lots", item.sku) % 2):
        expires_on = expiry(item, number, part)
        yield lot_of(item, part, expires_on, shelf), delivered(item, is_low, part)


def expiry(item: Item, number: int, part: int) -> date:
    """Most lots last one to two years."""
    if part == 1 and number % EXPIRED_EVERY == 7:
        return today() - timedelta(days=9)
    if part == 0 and number % SOON_EVERY == 4:
        return today() + timedelta(days=12 + dice("soon", item.sku) % 45)
    return today() + timedelta(days=210 + 150 * part + dice("lasts", item.sku, part) % 240)


def delivered(item: Item, is_low: bool, part: int) -> int:
    """Half the reorder level where it runs low, else well above it."""
    level = item.reorder_level
    if is_low:
        return max(1, level // 2)
    return level + level * (dice("much", item.sku, part) % 100) // 100


def lot_of(item: Item, part: int, expires_on: date, shelf: Shelf) -> Lot:
    return Lot(
        item=item,
        lot_number=f"{item.sku[0]}{dice('lot', item.sku, part) % 10**6:06d}",
        expires_on=expires_on,
        location=shelf.locations[kept_in(item)],
        supplier=one_of(shelf.suppliers, "supplier", item.sku),
        unit_cost=(item.price * COST_SHARE).quantize(CENT),
    )


def kept_in(item: Item) -> str:
    if item.controlled:
        return LOCKED
    return COLD if item.atc_code.startswith(KEPT_COLD) else SHELF


def delivery(lot: Lot, quantity: int) -> StockMove:
    return StockMove(
        lot=lot, kind=StockMove.Kind.RECEIVE, quantity=quantity, reference="Opening stock"
    )
