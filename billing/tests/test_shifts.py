"""A shift adds up, once, and for good."""

from decimal import Decimal as D

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from billing.domain import refunds, shifts
from billing.domain.allocation import Tender
from billing.errors import ChangedMeanwhile, NotNow, WrongAmount
from billing.models import CashierShift, Payment
from billing.queries.shifts import drawer_of, shifts_for
from billing.tests.desk import cash, charge, open_shift, pay
from core.accounts.roles import Role
from core.errors import NotAllowed


def test_cash_counts_in_the_drawer_and_other_ways_do_not(patient, cashier):
    shift = open_shift(cashier)
    pay(patient, [charge(patient, "30.00")], Tender("card", D("10.00")), cash("20.00"), by=cashier)

    drawer = drawer_of(shift)

    assert (drawer.expected, drawer.others) == (D("120.00"), {"Card": D("10.00")})


def test_a_counted_shift_is_closed_for_good(patient, cashier):
    shift = open_shift(cashier)
    pay(patient, [charge(patient, "45.50")], cash("45.50"), by=cashier)

    closed = shifts.close(shift.pk, {D(100): 1, D(20): 2, D(5): 1, D("0.50"): 1}, by=cashier)

    assert (closed.state, closed.expected, closed.declared, closed.variance) == (
        "closed",
        D("145.50"),
        D("145.50"),
        D(0),
    )
    assert closed.denominations == {"100": 1, "20": 2, "5": 1, "0.50": 1}
    for change in ({"declared": 1}, {"reason": "x"}, {"state": "open", "closed_at": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CashierShift.objects.filter(pk=shift.pk).update(**change)


def test_what_is_missing_needs_a_reason(cashier):
    shift = open_shift(cashier)

    with pytest.raises(shifts.NotExplained, match=r"10\.00 less"):
        shifts.close(shift.pk, {D(50): 1, D(20): 2}, by=cashier)
    closed = shifts.close(shift.pk, {D(50): 1, D(20): 2}, reason="Wrong change", by=cashier)

    assert (closed.variance, closed.reason) == (D("-10.00"), "Wrong change")


def test_the_database_asks_for_the_reason_too(cashier):
    shift = open_shift(cashier)

    with pytest.raises(IntegrityError), transaction.atomic():
        CashierShift.objects.filter(pk=shift.pk).update(
            state="closed", closed_at=shift.opened_at, declared=D("90.00")
        )


def test_what_must_be_there_cannot_be_made_up(patient, cashier):
    shift = open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)

    CashierShift.objects.filter(pk=shift.pk).update(
        state="closed", closed_at=shift.opened_at, declared=D(0), expected=D(0), reason="none"
    )

    shift.refresh_from_db()
    assert (shift.expected, shift.variance) == (D("145.00"), D("-145.00"))


def test_one_open_shift_a_cashier(cashier):
    open_shift(cashier)

    with pytest.raises(ChangedMeanwhile):
        open_shift(cashier)


def test_a_closed_shift_takes_no_more_money(patient, cashier):
    shift = open_shift(cashier)
    pay(patient, [charge(patient)], cash("20.00"), by=cashier)
    payment = Payment.objects.get()
    shifts.close(shift.pk, {D(100): 1, D(20): 1}, by=cashier)

    with pytest.raises(DatabaseError, match="closed shift"), transaction.atomic():
        Payment.objects.create(
            invoice=payment.invoice,
            patient=patient,
            amount=1,
            receipt_number="late",
            received_at=payment.received_at,
            shift=shift,
        )


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_refund_under_way_keeps_the_shift_open(patient, cashier, manager, is_approved):
    shift = open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)
    asked = refunds.ask(
        Payment.objects.get().pk, D("5.00"), method="cash", reason="Too much", by=cashier
    )
    if is_approved:
        refunds.decide(asked.pk, allow=True, by=manager)
    count = {D(100): 1, D(20): 2, D(5): 1}

    with pytest.raises(NotNow, match="1 refund"):
        shifts.close(shift.pk, count, by=cashier)
    with pytest.raises(DatabaseError, match="refund of this shift"), transaction.atomic():
        CashierShift.objects.filter(pk=shift.pk).update(
            state="closed", closed_at=shift.opened_at, declared=D("145.00")
        )
    refunds.withdraw(asked.pk, by=cashier)

    assert shifts.close(shift.pk, count, by=cashier).variance == 0


@pytest.mark.parametrize("counts", [{D(3): 1}, {D(5): -1}])
def test_notes_that_there_are_not_are_refused(cashier, counts):
    shift = open_shift(cashier)

    with pytest.raises(WrongAmount):
        shifts.close(shift.pk, counts, reason="x", by=cashier)


def test_nobody_closes_a_colleagues_shift(cashier, person):
    shift = open_shift(cashier)

    with pytest.raises(CashierShift.DoesNotExist):
        shifts.close(shift.pk, {}, reason="x", by=person(Role.CASHIER))
    with pytest.raises(NotAllowed):
        shifts.open_shift(D(1), by=person(Role.NURSE))


def test_cashiers_see_their_own_shifts_and_managers_everybodys(cashier, manager, person):
    other = person(Role.CASHIER)
    mine, theirs = open_shift(cashier), open_shift(other)

    assert set(shifts_for(cashier)) == {mine}
    assert set(shifts_for(manager)) == {mine, theirs}
    assert set(shifts_for(person(Role.CLINICIAN))) == set()


def test_a_shift_that_is_closed_already_leads_to_its_slip(client, cashier):
    client.force_login(cashier)
    shift = open_shift(cashier, "0.00")
    shifts.close(shift.pk, {}, by=cashier)

    answer = client.post(reverse("billing:close_shift", args=[shift.pk]), HTTP_HX_REQUEST="true")

    assert answer["HX-Redirect"] == reverse("billing:shift_of", args=[shift.pk])
