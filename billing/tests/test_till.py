"""Taking money: all of it or nothing, once."""

from decimal import Decimal as D
from uuid import uuid4

import pytest
from django.utils import timezone

from billing.domain import charges as charging
from billing.domain.allocation import Tender
from billing.domain.till import take
from billing.errors import (
    ChangedMeanwhile,
    NoShift,
    NotAsPriced,
    NothingToSettle,
    WrongAmount,
)
from billing.models import CashierShift, Charge, Invoice, InvoiceLine, Payment, Receipt
from billing.queries.shifts import drawer_of
from billing.tests.desk import bill, cash, charge, open_shift, pay, settlement
from core.accounts.roles import Role
from core.clock import today
from core.errors import NotAllowed
from patients.domain import visits
from patients.models import Room, Ticket, Visit


def nothing_happened() -> bool:
    made = (Invoice, InvoiceLine, Payment, Receipt)
    return not any(model.objects.exists() for model in made)


def test_one_act_issues_the_invoice_pays_it_and_writes_the_receipt(patient, cashier):
    open_shift(cashier)
    due = [charge(patient, "45.00"), charge(patient, "0.06", quantity=D(120))]

    taken = pay(patient, due, cash("52.20"), cash_received=D("60.00"), by=cashier)

    invoice, receipt = Invoice.objects.get(), Receipt.objects.get()
    assert (invoice.pk, receipt.pk) == (taken.invoice, taken.receipt)
    assert (invoice.state, invoice.total, invoice.balance) == ("paid", D("52.20"), D(0))
    assert (receipt.total, receipt.cash_received, receipt.change) == (
        D("52.20"),
        D("60.00"),
        D("7.80"),
    )
    year = today().year
    assert (invoice.number, receipt.number) == (f"INV-{year}-00001", f"R-{year}-00001")
    assert set(Charge.objects.values_list("state", flat=True)) == {"invoiced"}


def test_several_ways_of_paying_and_a_debt_of_before_make_one_receipt(patient, cashier):
    open_shift(cashier)
    old = bill(patient, "20.00", by=cashier)
    new = charge(patient, "67.80")

    pay(
        patient,
        [new],
        Tender("mobile", D("50.00"), "QK7T2M9X"),
        cash("37.80"),
        invoices=[old],
        by=cashier,
    )

    parts = Payment.objects.order_by("receipt_number").values_list(
        "receipt__number", "receipt_number", "invoice__total", "method", "amount", "reference"
    )
    number = Receipt.objects.get().number
    assert list(parts) == [
        (number, number, D("20.00"), "mobile", D("20.00"), "QK7T2M9X"),
        (number, f"{number}/2", D("67.80"), "mobile", D("30.00"), "QK7T2M9X"),
        (number, f"{number}/3", D("67.80"), "cash", D("37.80"), ""),
    ]
    assert set(Invoice.objects.values_list("state", flat=True)) == {"paid"}


def test_what_is_not_paid_stays_owed(patient, cashier):
    open_shift(cashier)

    pay(patient, [charge(patient, "45.00")], cash("20.00"), by=cashier)

    invoice = Invoice.objects.get()
    assert (invoice.state, invoice.balance) == ("part_paid", D("25.00"))


def test_a_bill_can_be_issued_without_money_and_without_a_shift(patient, cashier):
    invoice = bill(patient, by=cashier)

    assert (invoice.state, Receipt.objects.count()) == ("issued", 0)


def test_the_first_payment_opens_the_shift_with_its_float(patient, cashier):
    pay(patient, [charge(patient)], cash("45.00"), opening_float=D("80.00"), by=cashier)

    assert drawer_of(CashierShift.objects.get()).expected == D("125.00")


def test_without_an_open_shift_nothing_is_taken(patient, cashier):
    due = [charge(patient)]

    with pytest.raises(NoShift):
        pay(patient, due, cash("45.00"), by=cashier)

    assert nothing_happened()


def test_a_second_press_has_no_second_effect(patient, cashier):
    open_shift(cashier)
    what, key = settlement([charge(patient)], cash("45.00")), uuid4()

    answers = {take(patient.pk, what, key=key, by=cashier)[:2] for _ in range(3)}

    assert (len(answers), Payment.objects.count(), Invoice.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("tenders", "fields", "why"),
    [
        ([cash("45.01")], {}, WrongAmount),
        ([cash("0.00")], {}, WrongAmount),
        ([cash("0.001")], {}, WrongAmount),
        ([cash("45.00")], {"cash_received": D("44.00")}, WrongAmount),
        ([cash("44.00")], {"to_pay": D("44.00")}, ChangedMeanwhile),
    ],
)
def test_amounts_that_do_not_fit_change_nothing(patient, cashier, tenders, fields, why):
    open_shift(cashier)
    due = [charge(patient)]

    with pytest.raises(why):
        pay(patient, due, *tenders, by=cashier, **fields)

    assert nothing_happened()


def test_nothing_ticked_is_nothing_to_settle(patient, cashier):
    with pytest.raises(NothingToSettle):
        pay(patient, [], cash("1.00"), to_pay=D(1), by=cashier)


def test_what_a_colleague_has_billed_is_not_billed_again(patient, cashier):
    open_shift(cashier)
    due = [charge(patient)]
    pay(patient, due, cash("45.00"), by=cashier)

    with pytest.raises(ChangedMeanwhile, match="Consultation is on INV-"):
        pay(patient, due, cash("45.00"), by=cashier)


def test_what_has_no_price_waits_for_one(patient, cashier):
    open_shift(cashier)
    due = charge(patient, "0.00", unpriced=True)
    with pytest.raises(NotAsPriced):
        pay(patient, [due], by=cashier)

    charging.set_price(due.pk, D("12.50"), by=cashier)
    due.refresh_from_db()
    pay(patient, [due], cash("12.50"), by=cashier)

    assert Invoice.objects.get().total == D("12.50")


def test_another_patients_charge_is_refused(patient, cashier, db):
    open_shift(cashier)
    other = charge(type(patient).objects.create(family_name="Hassan", sex="male"))

    with pytest.raises(ChangedMeanwhile):
        pay(patient, [other], cash("45.00"), by=cashier)


def test_only_cashiers_take_money(patient, person):
    with pytest.raises(NotAllowed):
        pay(patient, [charge(patient)], cash("45.00"), by=person(Role.PHARMACIST))


def at_the_cash_desk(patient) -> Visit:
    visit = Visit.objects.create(patient=patient, opened_at=timezone.now(), state="ready_to_bill")
    visits.issue(visit, Room.Kind.CASH_DESK, Ticket.Priority.ROUTINE, None, None)
    return visit


def test_the_visit_ends_with_its_last_payment(patient, cashier):
    open_shift(cashier)
    visit = at_the_cash_desk(patient)
    first, second = charge(patient, "10.00", visit=visit), charge(patient, "5.00", visit=visit)

    pay(patient, [first], cash("10.00"), by=cashier)
    visit.refresh_from_db()
    assert visit.state == "ready_to_bill"
    taken = pay(patient, [second], cash("5.00"), by=cashier)

    visit.refresh_from_db()
    assert (visit.state, taken.closed) == ("closed", [visit.pk])
    assert Ticket.objects.get().state == "done"


def test_who_still_waits_elsewhere_is_not_sent_home(patient, cashier):
    open_shift(cashier)
    visit = at_the_cash_desk(patient)
    Ticket.objects.update(service=Room.Kind.PHARMACY)

    taken = pay(patient, [charge(patient, "10.00", visit=visit)], cash("10.00"), by=cashier)

    assert taken.closed == []
