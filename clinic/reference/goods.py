"""The formulary, services with their prices, and which service is charged for what."""

from decimal import Decimal

from psycopg.types.range import Range

from billing.models import Price, Service, ServiceRule
from clinic.reference.tables import ReferenceTable, Row
from core.clock import today
from inventory.models import Item

PLAIN = ("kind", "name", "generic_name", "atc_code", "form", "strength", "unit", "route")


def save_item(sku: str, rows: list[Row]) -> None:
    row = rows[0]
    fields = {
        **{name: row[name] for name in PLAIN},
        "price": Decimal(row["price"]),
        "reorder_level": int(row["reorder_level"]),
        "reorder_quantity": int(row["reorder_quantity"]),
        "controlled": bool(row["controlled"]),
        "metadata": {name: row[name] for name in ("controlled", "rxnorm") if row[name]},
    }
    Item.objects.update_or_create(sku=sku, defaults=fields)


def save_service(code: str, rows: list[Row]) -> None:
    fields = {"name": rows[0]["name"], "category": rows[0]["category"]}
    service, _ = Service.objects.update_or_create(code=code, defaults=fields)
    set_price(service, Decimal(rows[0]["price"]))


def set_price(service: Service, amount: Decimal) -> None:
    """The amount is valid from today on; the price before it ends yesterday."""
    valid_now = service.prices.filter(valid__contains=today())
    if valid_now.filter(amount=amount).exists():
        return
    if not valid_now.filter(valid__startswith=today()).update(amount=amount):
        end_prices(service)
        Price.objects.create(service=service, amount=amount, valid=Range(today(), None))


def end_prices(service: Service) -> None:
    for price in service.prices.filter(valid__contains=today()):
        price.valid = Range(price.valid.lower, today())
        price.save(update_fields=["valid"])


def save_rule(key: str, rows: list[Row]) -> None:
    row = rows[0]
    fields = {
        "event": row["event"],
        "visit_kind": row["visit_kind"],
        "first_visit": {"yes": True, "no": False}.get(row["first_visit"]),
        "test": row["test"],
        "service": Service.objects.get(code=row["service"]),
        "rank": int(row["rank"]),
    }
    ServiceRule.objects.update_or_create(key=key, defaults=fields)


TABLES = (
    ReferenceTable("formulary", "inventory/data/formulary.csv", "sku", save_item),
    ReferenceTable("services", "billing/data/services.csv", "code", save_service),
    ReferenceTable("service_rules", "billing/data/service_rules.csv", "key", save_rule),
)
