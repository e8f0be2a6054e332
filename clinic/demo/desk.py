"""The cash desk of the demo clinic: the day's shift, and bills paid as a cashier takes them."""

from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from billing.domain import shifts
from billing.domain.allocation import Tender
from billing.domain.till import Settlement, take
from billing.models import Charge
from billing.queries.shifts import drawer_of, open_shift_of
from clinic.demo.chance import one_of
from core.accounts.models import User
from core.clock import today
from patients.domain import visits
from patients.models import Visit

FLOAT = Decimal("100.00")
METHODS = 3 * ("cash",) + 2 * ("card",) + ("mobile",)
NOT_IN_COINS = "Too small for the coins we have"


def begin_shift(*, by: User) -> None:
    """A drawer for today; what was left open on an earlier day is counted first."""
    shift = open_shift_of(by)
    if shift is not None and timezone.localdate(shift.opened_at) < today():
        shifts.close(shift.pk, in_coins(drawer_of(shift).expected), reason=NOT_IN_COINS, by=by)
        shift = None
    if shift is None:
        shifts.open_shift(FLOAT, by=by)


def in_coins(amount: Decimal) -> dict[Decimal, int]:
    """The amount in as few notes and coins as there can be."""
    counts = {}
    for value in settings.DENOMINATIONS:
        counts[value], amount = int(amount // value), amount % value
    return counts


def pay(visit: Visit, *, by: User) -> None:
    """All that was charged for the visit, in one way; the visit is over with it."""
    charges = Charge.objects.filter(visit=visit, state=Charge.State.OPEN)
    due = sum((Decimal(charge.amount) for charge in charges), Decimal(0))
    if due:
        tender = Tender(one_of(METHODS, "method", visit.pk), due)
        bill = Settlement(frozenset(c.pk for c in charges), frozenset(), due, (tender,))
        take(visit.patient_id, bill, key=uuid4(), by=by)
    visits.close(visit.pk, by=by)
