"""What is on the shelves: the list, and the card of an item with every movement."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.accounts.access import StaffRequest, access
from core.clock import today
from core.reads import tell_as
from core.shell.spreadsheets import csv_answer, stamped
from core.shell.words import clinic_date, clinic_datetime, dose
from inventory import queries
from inventory.models import Item, Lot

PAGE = 50
SHOWN = (("all", "All"), ("low", "Below reorder"), ("soon", "Expiring"), ("out", "Out of stock"))
HEAD = ("Stock number", "Item", "Form", "On hand", "Counted in", "Nearest expiry", "Expires soon", "Expired", "Reorder level", "Price")  # fmt: skip
CARD_HEAD = ("When", "What", "Lot", "Expires", "Place", "Quantity", "Balance", "Who", "Reason")


@require_safe
@access("stock.view")
def stock(request: StaffRequest) -> HttpResponse:
    """On hand, what expires and what runs low; the rows alone when something has moved."""
    found = _found(request)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {**_asked(request), "page": page, "shown": SHOWN, "soon_days": queries.SOON.days}
    part = "#stock" if request.htmx else ""
    return render(request, f"inventory/stock.html{part}", context)


@require_safe
@access("stock.view")
def stock_file(request: StaffRequest) -> HttpResponse:
    """The list as it is filtered, all its pages, for a spreadsheet."""
    tell_as("export", entity_type="stock", format="csv", filters=_asked(request))
    return csv_answer(stamped("stock"), HEAD, (_cells(item) for item in _found(request)))


@require_safe
@access("stock.view")
def item(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """The bin card: lots, and every movement with the balance after it."""
    found = get_object_or_404(queries.with_stock(), pk=item_id)
    page = Paginator(queries.bin_card(found), PAGE).get_page(request.GET.get("page"))
    lots = Lot.objects.filter(item=found).select_related("location", "supplier")
    context: dict[str, Any] = {
        "item": found,
        "lots": [lot for lot in lots.order_by("expires_on", "pk") if lot.quantity],
        "page": page,
        "moves": queries.told(page.object_list),
        "today": today(),
    }
    part = "#card" if request.htmx else ""
    return render(request, f"inventory/item.html{part}", context)


@require_safe
@access("stock.view")
def item_file(request: StaffRequest, item_id: UUID) -> HttpResponse:
    """The bin card for a spreadsheet."""
    found = get_object_or_404(Item, pk=item_id)
    tell_as("export", entity_type="item", entity_id=found.pk, format="csv")
    moves = queries.told(queries.bin_card(found))
    return csv_answer(stamped(found.sku.lower()), CARD_HEAD, (_move_cells(one) for one in moves))


def _asked(request: StaffRequest) -> dict[str, str]:
    """The filter, which is all in the address."""
    show = request.GET.get("show", "all")
    return {"q": request.GET.get("q", "").strip(), "show": show if show in dict(SHOWN) else "all"}


def _found(request: StaffRequest) -> queries.Stocked:
    asked = _asked(request)
    return queries.stock_list(asked["q"], asked["show"])


def _cells(item: Any) -> tuple[object, ...]:
    return (
        item.sku,
        item,
        item.form,
        dose(item.on_hand),
        item.unit,
        clinic_date(item.nearest_expiry) if item.nearest_expiry else "",
        dose(item.expiring),
        dose(item.expired),
        item.reorder_level,
        item.price,
    )


def _move_cells(told: queries.Told) -> tuple[object, ...]:
    move = told.move
    return (
        clinic_datetime(move.created_at),
        move.get_kind_display(),
        move.lot.lot_number,
        clinic_date(move.lot.expires_on),
        move.lot.location,
        Decimal(dose(move.quantity).replace("\u2212", "-")),
        dose(move.balance),
        told.who,
        move.reason,
    )
