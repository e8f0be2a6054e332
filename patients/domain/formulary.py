"""The formulary as lines are read against it, built anew when something in it has changed."""

from functools import lru_cache
from typing import Any

from inventory.models import DrugName, Item
from patients.domain.lines.drugs import Formulary
from patients.domain.lines.products import Product
from patients.queries import medicines


def formulary() -> Formulary:
    """What can be prescribed now; one small question unless it has changed."""
    return _built(medicines.formulary_stamp())


@lru_cache(maxsize=1)
def _built(stamp: tuple[Any, ...]) -> Formulary:
    products = tuple(product_of(item) for item in medicines.drugs())
    return Formulary(products, dict(DrugName.objects.values_list("name", "generic_name")))


def product_of(item: Item) -> Product:
    return Product(
        id=str(item.pk),
        name=item.name,
        generic=item.generic_name or item.name,
        strength=item.strength,
        form=item.form,
        unit=item.unit,
        route=item.route,
        atc=item.atc_code,
    )
