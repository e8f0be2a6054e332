"""Taking stock from the shelf, the lot that expires first before the others, and putting it back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core.accounts.models import User
from core.capture.context import acting
from core.clock import today
from core.errors import ClinicError
from core.shell.words import clinic_date, dose
from inventory.models import Item, Lot, StockMove
from inventory.policies import require
from inventory.queries import LastTaking, last_taking

Kind = StockMove.Kind
NOTHING = Decimal(0)


class Taken(NamedTuple):
    """So much of one lot, and the movement that says so."""

    lot: Lot
    quantity: Decimal
    move: StockMove


@dataclass
class OutOfStock(ClinicError):
    """Less is left than was asked for; says how much, and who took of it last."""

    item: Item
    left: Decimal
    last: LastTaking | None

    def __str__(self) -> str:
        left = f"{plain(self.left)} left"
        return f"{left}; {self.last.sentence}" if self.last else f"Only {left}."


class NotOnTheShelf(ClinicError):
    """This lot is not to be given to anybody."""


class NoReason(ClinicError):
    """Somebody will ask why."""


def plain(quantity: Decimal) -> str:
    """`21`, `2.5`."""
    return dose(quantity)


def hold(items: Iterable[UUID]) -> None:
    """Lock every lot of these items to the end of the transaction.

    Whoever takes of several items holds all of them first: everybody waits in the same order, so
    that two who want the same lots in another order never wait for each other.
    """
    list(_locked(Lot.objects.filter(item__in=set(items))))


def take(
    item: Item,
    quantity: Decimal,
    *,
    chosen: Mapping[UUID, Decimal] | None = None,
    reference: str = "",
    by: User,
) -> list[Taken]:
    """Take so much of an item, first what expires first, never what has expired.

    `chosen` says instead how much of which lot. Raises OutOfStock, NotOnTheShelf or NotAllowed;
    then nothing was taken.
    """
    require(by, "stock.take")
    with acting(user_id=by.pk), transaction.atomic():
        lots = list(_locked(Lot.objects.filter(item=item).select_related("location")))
        parts = _as_chosen(item, lots, chosen) if chosen else _first_expired(item, lots, quantity)
        return [_book(lot, part, reference) for lot, part in parts]


def put_back(
    lot_id: UUID, quantity: Decimal, *, reason: str, destroy: bool = False, reference: str, by: User
) -> list[StockMove]:
    """Take goods back. What is to be destroyed comes in and goes out again, so that both are seen.

    Raises NoReason, NotOnTheShelf for what has expired and is not destroyed, or NotAllowed.
    """
    require(by, "stock.take")
    if not reason.strip():
        raise NoReason("Say why it comes back.")
    with acting(user_id=by.pk), transaction.atomic():
        lot = _locked(Lot.objects.filter(pk=lot_id)).get()
        if is_expired(lot) and not destroy:
            raise NotOnTheShelf(f"Lot {lot.lot_number} has expired; it can only be destroyed.")
        signed = [(Kind.RETURN, quantity)] + [(Kind.DESTROY, -quantity)] * destroy
        return [_move(lot, kind, part, reference, reason.strip()) for kind, part in signed]


def is_expired(lot: Lot) -> bool:
    """After the day that stands on it, by the clinic's calendar."""
    return lot.expires_on < today()


def is_usable(lot: Lot) -> bool:
    return not is_expired(lot) and lot.location.active


def _locked(lots: QuerySet[Lot]) -> QuerySet[Lot]:
    """One order for everybody."""
    return lots.order_by("expires_on", "pk").select_for_update(no_key=True, of=("self",))


def _first_expired(item: Item, lots: list[Lot], quantity: Decimal) -> list[tuple[Lot, Decimal]]:
    parts, wanted = [], quantity
    for lot in filter(is_usable, lots):
        part = min(wanted, lot.quantity)
        if part > NOTHING:
            parts.append((lot, part))
            wanted -= part
    if wanted > NOTHING:
        raise OutOfStock(item, quantity - wanted, last_taking(item.pk))
    return parts


def _as_chosen(
    item: Item, lots: list[Lot], chosen: Mapping[UUID, Decimal]
) -> list[tuple[Lot, Decimal]]:
    known = {lot.pk: lot for lot in lots}
    parts = [(known.get(pk), part) for pk, part in chosen.items() if part > NOTHING]
    for lot, part in parts:
        if lot is None or not is_usable(lot):
            raise NotOnTheShelf(_why_not(lot))
        if lot.quantity < part:
            raise OutOfStock(item, lot.quantity, last_taking(item.pk, lot.pk))
    return [(lot, part) for lot, part in parts if lot is not None]


def _why_not(lot: Lot | None) -> str:
    if lot is None:
        return "This lot is of another item."
    if is_expired(lot):
        return f"Lot {lot.lot_number} expired on {clinic_date(lot.expires_on)}."
    return f"Lot {lot.lot_number} is kept where nothing is given out any more."


def _book(lot: Lot, part: Decimal, reference: str) -> Taken:
    lot.quantity -= part
    return Taken(lot, part, _move(lot, Kind.DISPENSE, -part, reference))


def _move(lot: Lot, kind: str, quantity: Decimal, reference: str, reason: str = "") -> StockMove:
    return StockMove.objects.create(
        lot=lot, kind=kind, quantity=quantity, reference=reference, reason=reason
    )
