"""A cashier's shift: the float at its beginning, the count at its end."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.domain import numbers
from billing.errors import ChangedMeanwhile, NoShift, NotNow, WrongAmount
from billing.models import CashierShift, RefundRequest
from billing.policies import require
from billing.queries.shifts import drawer_of, open_shift_of
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from core.shell.words import money

State = CashierShift.State
MOST = Decimal(10_000_000)


class NotExplained(ClinicError):
    """The count differs from what must be there, and nothing says why."""


def open_shift(opening_float: Decimal, *, by: User) -> CashierShift:
    """Begin, with so much in the drawer. Raises ChangedMeanwhile, WrongAmount or NotAllowed."""
    require(by, "billing.work_shift")
    if not 0 <= opening_float <= MOST:
        raise WrongAmount("The float is what is in the drawer now: 0.00 or more.")
    now = timezone.now()
    try:
        with acting(user_id=by.pk), transaction.atomic():
            return CashierShift.objects.create(
                number=numbers.next_of(numbers.SHIFT, now),
                cashier=by,
                opened_at=now,
                opening_float=opening_float,
            )
    except IntegrityError as error:
        if "cashier_shifts_one_open" not in str(error):
            raise
        raise ChangedMeanwhile("Your shift is open already.") from error


def current(*, by: User) -> CashierShift:
    """The person's own open shift. Raises NoShift."""
    shift = open_shift_of(by)
    if shift is None:
        raise NoShift("Your shift is not open. Enter the float in the drawer to open it.")
    return shift


def close(
    shift_id: UUID, counts: Mapping[Decimal, int], *, reason: str = "", by: User
) -> CashierShift:
    """End it: `counts` is how many of each note and coin are in the drawer.

    Raises NotExplained if that is not what must be there and `reason` is empty, NotNow while a
    refund of the shift is under way, ChangedMeanwhile, WrongAmount or NotAllowed.
    """
    require(by, "billing.work_shift")
    declared = counted(counts)
    with acting(user_id=by.pk, reason=reason.strip() or None), transaction.atomic():
        shift = CashierShift.objects.select_for_update().get(pk=shift_id, cashier=by)
        refuse_unready(shift)
        _refuse_unexplained(declared - drawer_of(shift).expected, reason)
        shift.state, shift.closed_at = State.CLOSED, timezone.now()
        shift.denominations = {str(value): count for value, count in counts.items() if count}
        shift.declared, shift.reason = declared, reason.strip()
        shift.save(update_fields=["state", "closed_at", "denominations", "declared", "reason"])
        shift.refresh_from_db()
    return shift


def counted(counts: Mapping[Decimal, int]) -> Decimal:
    """What the notes and coins come to. Raises WrongAmount for some that there are not."""
    odd = [value for value in counts if value not in settings.DENOMINATIONS]
    if odd or any(count < 0 for count in counts.values()):
        raise WrongAmount("Count the notes and coins of the list, each 0 or more.")
    return sum((value * count for value, count in counts.items()), Decimal("0.00"))


def refuse_unready(shift: CashierShift) -> None:
    """Raises ChangedMeanwhile or NotNow."""
    if shift.state != State.OPEN:
        raise ChangedMeanwhile(f"{shift} is closed already.")
    pending = shift.refund_requests.filter(state__in=RefundRequest.PENDING).count()
    if pending:
        refunds = "1 refund" if pending == 1 else f"{pending} refunds"
        raise NotNow(f"{refunds} of this shift must be paid out or withdrawn first.")


def _refuse_unexplained(variance: Decimal, reason: str) -> None:
    if variance and not reason.strip():
        direction = "more" if variance > 0 else "less"
        raise NotExplained(
            f"There is {money(abs(variance))} {direction} in the drawer than there must be."
            " Count again, or say why."
        )
