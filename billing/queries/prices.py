"""The price list as it is on a day."""

from datetime import date
from itertools import groupby
from typing import NamedTuple

from billing.models import Price, Service


class Listed(NamedTuple):
    """A service with its price that day, and the next one if it is known."""

    service: Service
    price: Price | None
    next: Price | None


def price_list(on: date, text: str = "") -> list[tuple[str, list[Listed]]]:
    """By category; in two questions."""
    services = Service.objects.filter(active=True, name__icontains=text).order_by(
        "category", "name"
    )
    prices = {price.service_id: price for price in Price.objects.filter(valid__contains=on)}
    coming = Price.objects.filter(valid__startswith__gt=on).order_by("-valid")
    later = {price.service_id: price for price in coming}
    rows = [Listed(one, prices.get(one.pk), later.get(one.pk)) for one in services]
    return [(name, list(rows)) for name, rows in groupby(rows, lambda row: row.service.category)]
