"""Taking something off a bill: a cashier up to a limit, beyond it by leave of somebody else."""

from collections.abc import Collection, Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from billing.domain.asking import refuse_unless, settle
from billing.domain.credits import refuse_empty
from billing.errors import NotNow, TooMuchOff, WrongAmount
from billing.models import Charge, Discount
from billing.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import NotAllowed

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
State = Discount.State


class Off(NamedTuple):
    """What a discount takes off these charges."""

    discount: Discount
    amount: Decimal


def taken_off(discounts: Iterable[Discount], charges: Collection[Charge]) -> list[Off]:
    """What each discount comes to, one after the other; together never more than the charges."""
    left = gross_of(charges)
    offs = []
    for discount in discounts:
        amount = min(worth(discount, charges), left)
        if amount > 0:
            offs.append(Off(discount, amount))
            left -= amount
    return offs


def worth(discount: Discount, charges: Collection[Charge]) -> Decimal:
    """Of one charge, or of all of them."""
    of = [c for c in charges if discount.charge_id in (None, c.pk)]
    base = gross_of(of)
    if discount.percent is None:
        return min(Decimal(discount.amount or ZERO), base)
    return (base * Decimal(discount.percent) / 100).quantize(CENT, ROUND_HALF_UP)


def gross_of(charges: Iterable[Charge]) -> Decimal:
    return sum((Decimal(charge.amount) for charge in charges), ZERO)


def limit_of(charges: Iterable[Charge]) -> Decimal:
    """The most a cashier may take off these alone."""
    percent = Decimal(settings.DISCOUNT_LIMIT)
    return (gross_of(charges) * percent / 100).quantize(CENT, ROUND_HALF_UP)


def refuse_above_limit(offs: Iterable[Off], charges: Collection[Charge]) -> None:
    """What cashiers allowed themselves must fit what is billed now. Raises TooMuchOff."""
    alone = sum((off.amount for off in offs if off.discount.within_limit), ZERO)
    if alone > limit_of(charges):
        raise TooMuchOff(
            f"That takes off more than {settings.DISCOUNT_LIMIT} % of what is ticked."
            " Tick all of it, or withdraw a discount."
        )


def give(
    patient_id: UUID,
    *,
    reason: str,
    percent: Decimal | None = None,
    amount: Decimal | None = None,
    charge_id: UUID | None = None,
    approver: User | None = None,
    by: User,
) -> Discount:
    """Within the cashier's limit it holds at once; beyond it, if `approver` allows it or later.

    Raises WrongAmount, NotNow, NoReason or NotAllowed (the approver too must be allowed to).
    """
    require(by, "billing.discount")
    refuse_empty(reason)
    _refuse_odd(percent, amount)
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        charges = open_charges(patient_id)
        discount = Discount(
            patient_id=patient_id,
            charge_id=charge_id,
            percent=percent,
            amount=amount,
            reason=reason.strip(),
            asked_by=by,
        )
        _judge(discount, charges, approver)
        discount.save()
    return discount


def open_charges(patient_id: UUID) -> list[Charge]:
    """Locked, so that discounts given at the same moment count together."""
    found = Charge.objects.filter(patient=patient_id, state=Charge.State.OPEN)
    return list(found.select_for_update(no_key=True).order_by("pk"))


def _refuse_odd(percent: Decimal | None, amount: Decimal | None) -> None:
    if (percent is None) == (amount is None):
        raise WrongAmount("Give either a percentage or an amount.")
    value = percent if percent is not None else amount
    if value is None or value <= 0 or (percent is not None and percent > 100):
        raise WrongAmount("A discount is more than nothing, and at most 100 %.")


def _judge(discount: Discount, charges: list[Charge], approver: User | None) -> None:
    """Whether it holds already, and by whose leave."""
    off = worth(discount, charges)
    if off <= 0:
        raise NotNow("There is nothing to take it off.")
    if discount.amount is not None and discount.amount > off:
        raise WrongAmount("That is more than what it is taken off.")
    discount.within_limit = off + _given_alone(discount.patient_id, charges) <= limit_of(charges)
    if approver is not None and not discount.within_limit:
        _refuse_approver(approver, discount.asked_by)
    if discount.within_limit or approver:
        discount.state, discount.decided_at = State.ALLOWED, timezone.now()
        discount.decided_by = discount.asked_by if discount.within_limit else approver


def _given_alone(patient_id: UUID, charges: list[Charge]) -> Decimal:
    given = Discount.objects.filter(patient=patient_id, state=State.ALLOWED, within_limit=True)
    return sum((worth(one, charges) for one in given), ZERO)


def _refuse_approver(approver: User, asker: User) -> None:
    if approver.pk == asker.pk or not approver.has_perm("billing.approve"):
        raise NotAllowed(f"{approver.display_name} may not allow this discount.")


def decide(discount_id: UUID, *, allow: bool, note: str = "", by: User) -> Discount:
    """Allow what a colleague asks for, or refuse it. Raises ChangedMeanwhile or NotAllowed."""
    require(by, "billing.approve")
    with acting(user_id=by.pk), transaction.atomic():
        discount = Discount.objects.select_for_update(no_key=True).get(pk=discount_id)
        refuse_unless(discount, State.ASKED)
        settle(discount, State.ALLOWED if allow else State.REFUSED, note=note, by=by)
    return discount


def withdraw(discount_id: UUID, *, by: User) -> Discount:
    """It holds no longer. Raises ChangedMeanwhile or NotAllowed."""
    require(by, "billing.discount")
    with acting(user_id=by.pk), transaction.atomic():
        discount = Discount.objects.select_for_update(no_key=True).get(pk=discount_id)
        refuse_unless(discount, State.ASKED, State.ALLOWED)
        discount.state = State.WITHDRAWN
        discount.save(update_fields=["state"])
    return discount
