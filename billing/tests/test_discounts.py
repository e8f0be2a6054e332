"""What is taken off is a line, with a reason; above a limit by leave of somebody else."""

from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from billing.domain import discounts
from billing.errors import ChangedMeanwhile, NotNow, TooMuchOff, WrongAmount
from billing.models import Discount, Invoice
from billing.tests.desk import cash, charge, open_shift, pay
from core.accounts.roles import Role
from core.errors import NotAllowed


def give(patient, *, by, **fields) -> Discount:
    return discounts.give(patient.pk, by=by, **{"reason": "Hardship", **fields})


def test_a_discount_is_a_line_of_the_invoice(patient, cashier):
    open_shift(cashier)
    due = [charge(patient, "30.00"), charge(patient, "45.00")]
    give(patient, percent=D(20), charge_id=due[0].pk, by=cashier)

    pay(patient, due, cash("69.00"), to_pay=D("69.00"), by=cashier)

    invoice = Invoice.objects.get()
    lines = invoice.lines.order_by("pk").values_list("kind", "description", "net")
    assert list(lines)[-1] == ("discount", "Discount, Hardship", D("-6.00"))
    assert (invoice.total, Discount.objects.get().state) == (D("69.00"), "used")


def test_above_the_limit_it_waits_and_takes_nothing_off_until_allowed(patient, cashier, manager):
    open_shift(cashier)
    due = [charge(patient, "100.00")]
    asked = give(patient, percent=D(50), by=cashier)
    assert asked.state == "asked"

    discounts.decide(asked.pk, allow=True, by=manager)
    pay(patient, due, cash("50.00"), to_pay=D("50.00"), by=cashier)

    assert Invoice.objects.get().total == D("50.00")


def test_a_manager_at_the_desk_allows_it_at_once(patient, cashier, manager, person):
    charge(patient, "100.00")
    with pytest.raises(NotAllowed):
        give(patient, percent=D(50), approver=person(Role.CASHIER), by=cashier)
    with pytest.raises(NotAllowed):
        give(patient, percent=D(50), approver=cashier, by=cashier)

    assert give(patient, percent=D(50), approver=manager, by=cashier).decided_by == manager


def test_many_small_ones_are_a_large_one(patient, cashier):
    charge(patient, "100.00")

    states = [give(patient, amount=D("8.00"), by=cashier).state for _ in range(3)]

    assert states == ["allowed", "allowed", "asked"]


def test_unticking_does_not_stretch_the_limit(patient, cashier):
    open_shift(cashier)
    small, _ = charge(patient, "20.00"), charge(patient, "80.00")
    give(patient, amount=D("20.00"), by=cashier)

    with pytest.raises(TooMuchOff):
        pay(patient, [small], to_pay=D(0), by=cashier)


def test_all_of_it_off_is_an_invoice_of_nothing_that_is_paid(patient, cashier, manager):
    due = [charge(patient, "45.00")]
    give(patient, percent=D(100), approver=manager, by=cashier)

    pay(patient, due, to_pay=D(0), by=cashier)

    assert (Invoice.objects.get().total, Invoice.objects.get().state) == (D(0), "paid")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"percent": D(0)}, WrongAmount),
        ({"percent": D("100.01")}, WrongAmount),
        ({"amount": D("100.01")}, WrongAmount),
        ({"percent": D(5), "amount": D(5)}, WrongAmount),
        ({}, WrongAmount),
        ({"percent": D("0.001")}, NotNow),
    ],
)
def test_odd_ones_are_refused(patient, cashier, fields, why):
    charge(patient, "100.00")

    with pytest.raises(why):
        give(patient, by=cashier, **fields)


def test_a_decision_is_taken_once_and_by_somebody_else(patient, cashier, manager, person):
    charge(patient, "100.00")
    asked = give(patient, percent=D(50), by=cashier)
    both = person(Role.CASHIER, Role.MANAGER)
    own = give(patient, percent=D(60), by=both)
    with pytest.raises(NotAllowed):
        discounts.decide(own.pk, allow=True, by=both)
    discounts.decide(asked.pk, allow=False, by=manager)

    with pytest.raises(ChangedMeanwhile):
        discounts.decide(asked.pk, allow=True, by=manager)


def test_the_database_wants_two_people_above_the_limit(patient, cashier):
    with pytest.raises(DatabaseError), transaction.atomic():
        Discount.objects.create(
            patient=patient,
            percent=D(50),
            reason="x",
            within_limit=False,
            state="allowed",
            asked_by=cashier,
            decided_by=cashier,
        )
