"""Taking medicines back, and taking back a mistake of a moment ago."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from core.shell.words import dose
from inventory.domain import stock
from patients.domain import queue
from patients.domain.dispensing import locked, settle
from patients.domain.giving import CENT, Held
from patients.domain.tickets import active_ticket
from patients.models import Dispense, PrescriptionItem, Room
from patients.policies import require
from patients.signals import returned

UNDO_FOR = timedelta(minutes=2)
MISTAKE = "Dispensed by mistake"


class NotToReturn(ClinicError):
    """So much of this cannot come back."""


class TooLate(ClinicError):
    """A mistake is taken back at once; later it is a return."""


def give_back(
    dispense_id: UUID,
    quantity: Decimal,
    *,
    reason: str,
    destroy: bool = False,
    due_again: bool = False,
    by: User,
) -> Dispense:
    """Take back so much of what was given, to the shelf or to be destroyed.

    With `due_again` the patient is to get it all the same: the line is open again. Raises
    NotToReturn, stock.NoReason, stock.NotOnTheShelf, NotAllowed; then nothing has changed.
    """
    require(by, "prescriptions.dispense")
    with acting(user_id=by.pk, reason=reason.strip() or None), transaction.atomic():
        held, done = _locked(dispense_id)
        _refuse_odd(done, quantity)
        if done.lot_id:
            reference = f"Dispense {done.pk}"
            stock.put_back(
                done.lot_id, quantity, reason=reason, destroy=destroy, reference=reference, by=by
            )
        _note(done, quantity, due_again)
        settle(held.prescription)
        if done.lot_id:
            returned.send(None, dispense=done, quantity=quantity, by=by)
    return done


def undo(dispense_ids: Iterable[UUID], *, by: User) -> None:
    """Take back what one has just dispensed: stock, lines and the patient's ticket are as before.

    Raises TooLate after two minutes or for what somebody else did.
    """
    ids = list(dispense_ids)
    with transaction.atomic():
        done = _hold(ids)
        for one in done:
            _refuse_late(one, by)
        for one in done:
            give_back(one.pk, one.quantity, reason=MISTAKE, due_again=True, by=by)
        if done and done[0].visit_id:
            _bring_back(done[0].visit_id, by)


def _hold(ids: list[UUID]) -> list[Dispense]:
    """All of them, with everything they touch locked in the order that everybody keeps."""
    found = Dispense.objects.filter(pk__in=ids).select_related("prescription_item").order_by("pk")
    for prescription_id in sorted({one.prescription_item.prescription_id for one in found}):
        locked(prescription_id)
    stock.hold(one.item_id for one in found if one.item_id)
    return list(found)


def _locked(dispense_id: UUID) -> tuple[Held, Dispense]:
    found = Dispense.objects.select_related("prescription_item").get(pk=dispense_id)
    held = locked(found.prescription_item.prescription_id)
    return held, Dispense.objects.select_for_update(no_key=True).get(pk=dispense_id)


def _refuse_odd(done: Dispense, quantity: Decimal) -> None:
    rest = done.quantity - done.returned_quantity
    if quantity <= 0 or quantity != quantity.quantize(CENT):
        raise NotToReturn("Say how much comes back: more than nothing, at most two decimals.")
    if quantity > rest:
        raise NotToReturn(f"Only {dose(rest)} can come back.")


def _note(done: Dispense, quantity: Decimal, due_again: bool) -> None:
    done.returned_quantity += quantity
    done.save(update_fields=["returned_quantity"])
    if due_again and done.lot_id:
        line = PrescriptionItem.objects.get(pk=done.prescription_item_id)
        covered = (done.covers * quantity / done.quantity).quantize(CENT)
        line.dispensed_quantity = max(line.dispensed_quantity - covered, Decimal(0))
        line.save(update_fields=["dispensed_quantity"])


def _refuse_late(done: Dispense, by: User) -> None:
    if done.by_id != by.pk:
        raise TooLate("Only your own dispensing can be undone; take the medicine back instead.")
    if timezone.now() - done.dispensed_at > UNDO_FOR:
        raise TooLate("That was more than two minutes ago; take the medicine back instead.")


def _bring_back(visit_id: UUID, by: User) -> None:
    """The patient waits at the pharmacy again, unless somebody has moved the ticket since."""
    ticket = active_ticket(visit_id)
    move = queue.last_move(ticket) if ticket else None
    if move is None or (move.by_id, move.act) != (by.pk, "transfer"):
        return
    came_from_here = move.before["ticket"]["service"] == Room.Kind.PHARMACY
    if came_from_here and timezone.now() - move.created_at < queue.UNDO_FOR:
        queue.undo(move.pk, by=by)
