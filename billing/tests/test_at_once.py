"""Fifty at the same bill at the same moment: each thing once, and never more than is owed.

`pytest billing/tests/test_at_once.py -s` prints the figures.
"""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from billing.domain import numbers, refunds, shifts
from billing.domain.till import take
from billing.models import CashierShift, Charge, Invoice, InvoiceLine, Payment, Receipt
from billing.queries.shifts import drawer_of
from billing.tests.desk import bill, cash, charge, open_shift, pay, settlement
from core.accounts.roles import Role
from core.errors import ClinicError
from patients.tests.people import patient as somebody

MANY = 50
TOO_LONG = ("couldn't get a connection", "statement timeout", "lock timeout")
ROLLED_BACK = "rolled back on purpose"


@pytest.fixture
def grace(transactional_db):
    return somebody()


@pytest.fixture
def peter(transactional_db, person):
    made = person(Role.CASHIER, given_name="Peter")
    open_shift(made)
    return made


def at_once(act: Callable[[int], object], people: int = MANY) -> Counter:
    """`act(n)` by everybody at the same moment; how many got through, and what the rest met."""
    gate = threading.Barrier(people)

    def take_part(n: int) -> str:
        gate.wait()
        try:
            pressing_again(lambda: act(n))
        except ClinicError as error:
            return type(error).__name__
        except ZeroDivisionError:
            return ROLLED_BACK
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(people) as together:
        met = Counter(together.map(take_part, range(people)))
    print(dict(met))  # noqa: T201
    return met


def pressing_again(act: Callable[[], object]) -> None:
    """Fifty share sixteen connections and one counter: who waited too long tries again."""
    while True:
        try:
            act()
            return
        except OperationalError as error:
            if not any(words in str(error) for words in TOO_LONG):
                raise


def gapless(model: type, prefix: str) -> list[int]:
    found = model.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    return sorted(int(number.rpartition("-")[2]) for number in found)


def test_the_same_key_fifty_times_is_one_payment(grace, peter):
    what, key = settlement([charge(grace)], cash("45.00")), uuid4()

    met = at_once(lambda n: take(grace.pk, what, key=key, by=peter))

    assert met == {"done": MANY}
    assert (Payment.objects.count(), Invoice.objects.count(), Receipt.objects.count()) == (1, 1, 1)
    assert drawer_of(CashierShift.objects.get()).expected == D("145.00")


def test_fifty_keys_on_one_balance_take_no_more_than_is_owed(grace, peter):
    invoice = bill(grace, "100.00", by=peter)
    parts = settlement([], cash("7.00"), invoices=[invoice])

    at_once(lambda n: take(grace.pk, parts, key=uuid4(), by=peter))

    invoice.refresh_from_db()
    paid = sum(Payment.objects.values_list("amount", flat=True))
    assert (invoice.paid, paid, paid <= invoice.total) == (paid, D("7.00"), True)


def test_fifty_who_pay_what_is_left_each_time_end_at_nothing(grace, peter):
    """Each looks afresh, as a cashier does who was told that it has changed."""
    invoice = bill(grace, "100.00", by=peter)

    def pay_a_part(n: int) -> None:
        for _ in range(200):
            now = Invoice.objects.get(pk=invoice.pk)
            if not now.is_owed:
                return
            part = min(D("7.00"), now.balance)
            what = settlement([], cash(str(part)), invoices=[now])
            try:
                take(grace.pk, what, key=uuid4(), by=peter)
            except ClinicError:
                continue

    at_once(pay_a_part, 12)

    invoice.refresh_from_db()
    paid = sum(Payment.objects.values_list("amount", flat=True))
    assert (invoice.state, invoice.paid, paid) == ("paid", D("100.00"), D("100.00"))


def test_the_same_charges_are_billed_once(grace, peter, person):
    due = [charge(grace, "10.00") for _ in range(5)]
    cashiers = [person(Role.CASHIER) for _ in range(MANY)]

    met = at_once(lambda n: pay(grace, due, by=cashiers[n]))

    assert met == {"done": 1, "ChangedMeanwhile": MANY - 1}
    assert InvoiceLine.objects.count() == 5
    assert set(Charge.objects.values_list("state", flat=True)) == {"invoiced"}


def test_numbers_have_no_gap_where_half_of_the_bills_roll_back(grace, peter):
    due = [charge(grace, "10.00") for _ in range(MANY)]

    def take_or_fail(n: int) -> None:
        with transaction.atomic():
            pay(grace, [due[n]], cash("10.00"), by=peter)
            if n % 2:
                raise ZeroDivisionError

    met = at_once(take_or_fail)

    assert met == {"done": MANY // 2, ROLLED_BACK: MANY // 2}
    wanted = list(range(1, MANY // 2 + 1))
    assert (gapless(Invoice, numbers.INVOICE), gapless(Receipt, numbers.RECEIPT)) == (
        wanted,
        wanted,
    )


def test_closing_waits_for_the_money_on_its_way_or_refuses_it(grace, peter):
    due = [charge(grace, "10.00") for _ in range(20)]
    shift = CashierShift.objects.get()

    def act(n: int) -> None:
        if n == 10:
            shifts.close(shift.pk, {}, reason="Counted while others paid", by=peter)
        else:
            pay(grace, [due[n]], cash("10.00"), by=peter)

    met = at_once(act, 20)

    shift.refresh_from_db()
    taken = sum(Payment.objects.values_list("amount", flat=True))
    assert (shift.state, shift.expected) == ("closed", D("100.00") + taken)
    assert drawer_of(shift).expected == shift.expected
    assert sum(met.values()) == 20


def test_one_refund_is_paid_out_once(grace, peter, person):
    pay(grace, [charge(grace)], cash("45.00"), by=peter)
    asked = refunds.ask(Payment.objects.get().pk, D("45.00"), method="cash", reason="x", by=peter)
    refunds.decide(asked.pk, allow=True, by=person(Role.MANAGER))

    met = at_once(lambda n: refunds.pay_out(asked.pk, by=peter), 20)

    assert met == {"done": 1, "ChangedMeanwhile": 19}
    assert drawer_of(CashierShift.objects.get()).expected == D("100.00")
