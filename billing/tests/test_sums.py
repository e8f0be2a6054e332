"""Whatever is done in whatever order, the sums agree."""

import random
from contextlib import suppress
from decimal import Decimal as D

import pytest
from django.db.models import Q, Sum

from billing.domain import credits, discounts, invoicing, refunds
from billing.domain.allocation import Tender
from billing.domain.discounts import taken_off
from billing.models import (
    CashierShift,
    Charge,
    CreditNote,
    Discount,
    Invoice,
    Payment,
    RefundRequest,
)
from billing.queries.bill import bill_of
from billing.queries.shifts import drawer_of
from billing.tests.desk import charge, open_shift, pay
from core.errors import ClinicError

STEPS = 60
ZERO = D("0.00")


class Desk:
    """Somebody who does things at random, with every right."""

    def __init__(self, dice: random.Random, patient, cashier, manager) -> None:
        self.dice, self.patient, self.cashier, self.manager = dice, patient, cashier, manager

    def amount(self, most: int = 9000) -> D:
        return D(self.dice.randint(1, most)) / 100

    def act(self) -> None:
        acts = (self.charge, self.charge, self.discount, self.take, self.take, self.refund)
        with suppress(ClinicError):
            self.dice.choice((*acts, self.void, self.write_off))()

    def charge(self) -> None:
        charge(self.patient, str(self.amount()), quantity=D(self.dice.randint(1, 500)) / 100)

    def discount(self) -> None:
        of = self.dice.choice([None, *Charge.objects.filter(state="open")])
        approver = self.dice.choice([None, self.manager])
        how = self.dice.choice(["percent", "amount"])
        discounts.give(
            self.patient.pk,
            reason="x",
            charge_id=of and of.pk,
            approver=approver,
            by=self.cashier,
            **{how: self.amount()},
        )

    def take(self) -> None:
        """Some of what is open, some of it paid, in some ways."""
        bill = bill_of(self.patient)
        charges = [one for one in bill.charges if self.dice.random() < 0.7]
        invoices = [one for one in bill.invoices if self.dice.random() < 0.5]
        allowed = [one for one in bill.discounts if one.state == "allowed"]
        due = sum((one.amount for one in charges), ZERO) + sum((i.balance for i in invoices), ZERO)
        due -= sum((off.amount for off in taken_off(allowed, charges)), ZERO)
        pay(
            self.patient,
            charges,
            *self.tenders(due),
            invoices=invoices,
            to_pay=due,
            by=self.cashier,
        )

    def tenders(self, due: D) -> list[Tender]:
        first = min(due, self.amount())
        rest = self.dice.choice([ZERO, due - first])
        methods = self.dice.sample(list(Payment.Method.values), 2)
        return [Tender(way, much) for way, much in zip(methods, (first, rest), strict=True) if much]

    def refund(self) -> None:
        paid = list(Payment.objects.filter(kind="payment"))
        if paid:
            asked = refunds.ask(
                self.dice.choice(paid).pk,
                self.amount(),
                method=self.dice.choice(Payment.Method.values),
                reason="x",
                credits=self.dice.random() < 0.5,
                by=self.cashier,
            )
            refunds.decide(asked.pk, allow=self.dice.random() < 0.8, by=self.manager)
            refunds.pay_out(asked.pk, by=self.cashier)

    def void(self) -> None:
        if found := list(Invoice.objects.all()):
            invoicing.void(self.dice.choice(found).pk, reason="x", by=self.cashier)

    def write_off(self) -> None:
        if found := list(Invoice.objects.all()):
            one = self.dice.choice(found)
            credits.write_off(one.pk, self.amount(2000), reason="x", by=self.manager)


def total(rows, of: str = "amount") -> D:
    return rows.aggregate(sum=Sum(of))["sum"] or ZERO


def check(shift: CashierShift) -> None:
    for invoice in Invoice.objects.all():
        came = total(invoice.payments.filter(kind="payment"))
        went = total(invoice.payments.exclude(kind="payment"))
        assert invoice.total == total(invoice.lines, "net") >= 0
        assert invoice.paid == came - went
        assert invoice.credited == total(CreditNote.objects.filter(invoice=invoice))
        assert ZERO <= invoice.balance <= invoice.total
    lines = Charge.objects.filter(state="invoiced")
    assert all(one.amount == one.line.net for one in lines.select_related("line"))
    used = Discount.objects.filter(state="used").select_related("line")
    assert all(one.line.net < 0 for one in used)
    in_cash = Payment.objects.filter(method="cash")
    came, went = total(in_cash.filter(kind="payment")), total(in_cash.exclude(kind="payment"))
    assert drawer_of(shift).expected == shift.opening_float + came - went >= 0


@pytest.mark.parametrize("seed", range(6))
def test_sums_agree_after_whatever_was_done(patient, cashier, manager, seed):
    shift = open_shift(cashier)
    desk = Desk(random.Random(seed), patient, cashier, manager)

    for step in range(STEPS):
        desk.act()
        if step % 10 == 9:
            check(shift)

    done = Q(state="paid") | Q(state="part_paid")
    assert Invoice.objects.filter(done).exists()
    assert not RefundRequest.objects.filter(state="asked").exists()
