"""Shifts, and what must be in a drawer."""

from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from billing.models import CashierShift, Payment
from core.accounts.models import User

ZERO = Decimal("0.00")
Kind, Method = Payment.Kind, Payment.Method


class Drawer(NamedTuple):
    """A shift in figures: cash by the drawer, the rest by method."""

    opening_float: Decimal
    cash_in: Decimal
    cash_out: Decimal
    others: dict[str, Decimal]

    @property
    def expected(self) -> Decimal:
        """What must be in the drawer."""
        return self.opening_float + self.cash_in - self.cash_out

    @property
    def without_cash(self) -> Decimal:
        return sum(self.others.values(), ZERO)


def drawer_of(shift: CashierShift) -> Drawer:
    """The figures as they are now, in one question."""
    rows = shift.payments.values_list("method").order_by("method")
    into, out = Q(kind=Kind.PAYMENT), ~Q(kind=Kind.PAYMENT)
    sums = {
        method: (came or ZERO, went or ZERO)
        for method, came, went in rows.annotate(
            came=Sum("amount", filter=into), went=Sum("amount", filter=out)
        )
    }
    cash_in, cash_out = sums.pop(Method.CASH.value, (ZERO, ZERO))
    others = {str(Method(name).label): came - went for name, (came, went) in sums.items()}
    return Drawer(shift.opening_float, cash_in, cash_out, others)


def open_shift_of(user: User) -> CashierShift | None:
    return CashierShift.objects.filter(cashier=user, state=CashierShift.State.OPEN).first()


def shifts_for(user: User) -> QuerySet[CashierShift]:
    """One's own; everybody's for who looks after them."""
    shifts = CashierShift.objects.select_related("cashier")
    if user.has_perm("billing.view_shifts"):
        return shifts
    mine = user.has_perm("billing.work_shift")
    return shifts.filter(cashier=user) if mine else shifts.none()
