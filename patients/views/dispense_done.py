"""What has just been handed out: what is left of it, what runs low, and who is next."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from core.accounts.models import User
from core.shell.words import dose
from inventory.models import Item
from inventory.queries import with_stock
from patients.domain.returns import UNDO_FOR
from patients.models import Dispense, Prescription
from patients.queries import dispensing as queries
from patients.queries.pharmacy import Turn


@dataclass(frozen=True)
class Left:
    """What is on the shelf of something that was given."""

    item: Item
    on_hand: Decimal

    @property
    def is_low(self) -> bool:
        return self.on_hand < self.item.reorder_level

    @property
    def sentence(self) -> str:
        """`Amoxicillin 500 mg: 40 left, below the reorder level of 200`."""
        low = f", below the reorder level of {self.item.reorder_level}" if self.is_low else ""
        return f"{self.item}: {dose(self.on_hand)} left{low}"


@dataclass(frozen=True)
class Done:
    """One act of the pharmacy."""

    dispenses: list[Dispense]
    left: list[Left]
    next: Turn | None
    may_undo: bool

    @property
    def first(self) -> Dispense:
        return self.dispenses[0]

    @property
    def given(self) -> list[Dispense]:
        return [one for one in self.dispenses if one.outcome == Dispense.Outcome.GIVEN]

    @property
    def price(self) -> Decimal:
        return sum((one.price for one in self.given), Decimal(0))


def done_with(
    prescription: Prescription, dispense_id: UUID, turns: list[Turn], *, by: User
) -> Done | None:
    """The act that this row belongs to; None if it is of another prescription or taken back."""
    found = Dispense.objects.filter(
        pk=dispense_id, prescription_item__prescription=prescription.pk
    ).first()
    act = [one for one in queries.same_act(found) if one.stands] if found else []
    if not act:
        return None
    items = {one.item_id for one in act if one.item_id}
    stocked = with_stock(Item.objects.filter(pk__in=items))
    left = [Left(item, item.on_hand) for item in stocked] if items else []
    others = (turn for turn in turns if turn.prescription.pk != prescription.pk)
    is_fresh = timezone.now() - act[0].dispensed_at < UNDO_FOR
    return Done(act, left, next(others, None), is_fresh and act[0].by_id == by.pk)
