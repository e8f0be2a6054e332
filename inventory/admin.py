"""The shelf in the administration."""

from django.contrib import admin

from core.administration.tables import Kept, ReadOnly, Table
from inventory.models import (
    DrugAlternative,
    DrugCaution,
    DrugName,
    InteractionRule,
    Item,
    Lot,
    StockLocation,
    StockMove,
    Supplier,
)


@admin.register(Supplier)
class Suppliers(Kept):
    list_display = ("name", "phone", "email", "active")
    list_filter = ("active",)
    search_fields = ("name",)


@admin.register(StockLocation)
class StockLocations(Kept):
    list_display = ("name", "active")
    list_filter = ("active",)
    search_fields = ("name",)


@admin.register(Item)
class Items(Kept):
    list_display = ("name", "strength", "form", "sku", "kind", "price", "reorder_level", "active")
    list_filter = ("kind", "active", "controlled", "form")
    search_fields = ("name", "generic_name", "=sku", "=atc_code")


@admin.register(DrugName)
class DrugNames(Table):
    list_display = ("name", "generic_name", "kind")
    list_filter = ("kind",)
    search_fields = ("name", "generic_name")


@admin.register(InteractionRule)
class InteractionRules(Table):
    list_display = ("first", "second", "severity", "effect", "source")
    list_filter = ("severity",)
    search_fields = ("first", "second", "effect")


@admin.register(DrugCaution)
class DrugCautions(Table):
    list_display = ("drug", "about", "age_years", "severity", "effect", "source")
    list_filter = ("about", "severity")
    search_fields = ("drug", "effect")


@admin.register(DrugAlternative)
class DrugAlternatives(Table):
    list_display = ("instead_of", "line", "rank", "note")
    search_fields = ("instead_of", "line")


@admin.register(Lot)
class Lots(Kept):
    """How much is left follows from the moves."""

    list_display = ("item", "lot_number", "expires_on", "location", "quantity", "unit_cost")
    list_select_related = ("item", "location")
    list_filter = ("location",)
    search_fields = ("lot_number", "item__name")
    date_hierarchy = "expires_on"
    readonly_fields = ("quantity",)


@admin.register(StockMove)
class StockMoves(ReadOnly):
    """What went in and out, for good."""

    list_display = ("created_at", "lot", "kind", "quantity", "reference", "reason")
    list_select_related = ("lot__item", "lot__location")
    list_filter = ("kind",)
    search_fields = ("=reference", "lot__lot_number", "lot__item__name")
    date_hierarchy = "created_at"
    ordering = ("-created_at",)
