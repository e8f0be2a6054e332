"""What is on the shelf. Usable stock has not expired and lies where things are given out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    DecimalField,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    Window,
)
from django.db.models.functions import Coalesce

from core.accounts.models import User
from core.clock import today
from core.shell.words import clinic_time, dose
from inventory.models import Item, Lot, StockMove

MOST_WORDS = 6
SOON = timedelta(days=90)
"""What expires within so many days should be given out first, or sent back."""
QUANTITY = DecimalField(max_digits=12, decimal_places=2)
Stocked = QuerySet[Any]
"""Items with what is annotated to them, which their class does not know."""
NOTHING = Value(Decimal(0), output_field=QUANTITY)


@dataclass(frozen=True)
class LastTaking:
    """Who took of something last."""

    who: str
    quantity: Decimal
    at: datetime
    by_id: UUID | None = None

    @property
    def sentence(self) -> str:
        """`Lena Schäfer took 8 at 10:31`."""
        return f"{self.who} took {dose(self.quantity)} at {clinic_time(self.at)}"


def usable(day: date | None = None) -> Q:
    """The lots that may be given out on the day, by default today."""
    return Q(expires_on__gte=day or today(), location__active=True, quantity__gt=0)


def lots_of(items: Iterable[UUID]) -> QuerySet[Lot]:
    """Everything there is of these items, first what expires first; expired lots are among them."""
    lots = Lot.objects.filter(item__in=set(items), quantity__gt=0)
    return lots.select_related("location").order_by("expires_on", "pk")


def with_stock(items: QuerySet[Item] | None = None) -> Stocked:
    """Items with `on_hand`, `nearest_expiry`, `expiring` (of what is usable) and `expired`."""
    known = Item.objects.all() if items is None else items
    good = usable()
    return known.annotate(
        on_hand=_sum(good),
        nearest_expiry=Subquery(
            _of_item(good).values("item").annotate(n=Min("expires_on")).values("n")
        ),
        expiring=_sum(good & Q(expires_on__lte=today() + SOON)),
        expired=_sum(Q(expires_on__lt=today(), quantity__gt=0)),
    )


def low_stock(items: QuerySet[Item] | None = None) -> Stocked:
    """Active items with less on hand than the level at which to order."""
    return with_stock(items).filter(active=True, on_hand__lt=F("reorder_level"))


def expiring_stock(items: QuerySet[Item] | None = None) -> Stocked:
    """Items some of which expires soon, or has expired and still lies there."""
    return with_stock(items).filter(Q(expiring__gt=0) | Q(expired__gt=0))


def on_hand(items: Iterable[UUID]) -> dict[UUID, Decimal]:
    """How much there is to give, by item; nothing for an item that has none."""
    wanted = set(items)
    found = (
        Lot.objects.filter(usable(), item__in=wanted).values_list("item").annotate(Sum("quantity"))
    )
    return dict.fromkeys(wanted, Decimal(0)) | dict(found)


def last_taking(item_id: UUID, lot_id: UUID | None = None) -> LastTaking | None:
    """Who took of the item, or of one lot of it, last today."""
    moves = StockMove.objects.filter(kind=StockMove.Kind.DISPENSE, created_at__date=today())
    of_it = moves.filter(lot=lot_id) if lot_id else moves.filter(lot__item=item_id)
    move = of_it.order_by("-pk").first()
    if move is None:
        return None
    who = User.objects.filter(pk=move.created_by).first() if move.created_by else None
    return LastTaking(
        who.display_name if who else "Somebody", -move.quantity, move.created_at, move.created_by
    )


def bin_card(item: Item) -> QuerySet[Any]:
    """Every movement of the item, newest first, each with the `balance` after it."""
    # By id, not by time: two who move the same lot wait for each other, and ids are given after that.
    running = Window(Sum("quantity"), order_by=F("pk").asc())
    moves = StockMove.objects.filter(lot__item=item).select_related("lot__location")
    return moves.annotate(balance=running).order_by("-pk")


def _of_item(which: Q) -> QuerySet[Lot]:
    return Lot.objects.filter(which, item=OuterRef("pk")).order_by()


def _sum(which: Q) -> Coalesce:
    total = _of_item(which).values("item").annotate(n=Sum("quantity")).values("n")
    return Coalesce(Subquery(total, output_field=QUANTITY), NOTHING)


def stock_list(text: str = "", show: str = "all") -> Stocked:
    """Active items that fit the words, by name: all, below reorder, expiring or out of stock."""
    kinds = {"low": low_stock, "soon": expiring_stock, "out": out_of_stock}
    fitting = Item.objects.filter(active=True)
    for word in text.split()[:MOST_WORDS]:
        named = Q(name__icontains=word) | Q(generic_name__icontains=word)
        fitting = fitting.filter(named | Q(strength__icontains=word) | Q(sku__icontains=word))
    return kinds.get(show, with_stock)(fitting).order_by("name", "strength", "pk")


def out_of_stock(items: QuerySet[Item] | None = None) -> Stocked:
    """Items of which nothing can be given."""
    return with_stock(items).filter(active=True, on_hand=0)


@dataclass(frozen=True)
class Told:
    """A movement with the name of who made it."""

    move: Any
    who: str


def told(moves: Iterable[Any]) -> list[Told]:
    """The movements with their people, asked for once."""
    listed = list(moves)
    names = {
        user.pk: user.display_name
        for user in User.objects.filter(pk__in={one.created_by for one in listed if one.created_by})
    }
    return [Told(one, names.get(one.created_by, "")) for one in listed]
