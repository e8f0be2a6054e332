"""Money goes back by two people, no more than came, and out of a drawer that has it."""

from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from billing.domain import credits, invoicing, refunds
from billing.domain.allocation import Tender
from billing.errors import ChangedMeanwhile, NoShift, NotNow, WrongAmount
from billing.models import Charge, CreditNote, Discount, Invoice, Payment
from billing.queries.shifts import drawer_of
from billing.tests.desk import bill, cash, charge, open_shift, pay
from core.accounts.roles import Role
from core.clock import today
from core.errors import NotAllowed


@pytest.fixture
def payment(patient, cashier) -> Payment:
    """45.00 in cash, in an open shift that began with 100.00."""
    open_shift(cashier)
    pay(patient, [charge(patient)], cash("45.00"), by=cashier)
    return Payment.objects.get()


def ask(payment, amount: str, *, by, **fields):
    values = {"method": "cash", "reason": "Charged twice", **fields}
    return refunds.ask(payment.pk, D(amount), by=by, **values)


def test_asked_by_one_allowed_by_another_paid_by_a_cashier(payment, cashier, manager):
    asked = ask(payment, "15.00", by=cashier)
    refunds.decide(asked.pk, allow=True, by=manager)

    paid = refunds.pay_out(asked.pk, by=cashier)

    invoice, note = Invoice.objects.get(), CreditNote.objects.get()
    assert (paid.state, paid.refund.kind, paid.refund.reverses) == ("paid", "refund", payment)
    assert (invoice.paid, invoice.credited, invoice.balance, invoice.state) == (
        D("30.00"),
        D("15.00"),
        D(0),
        "paid",
    )
    assert (note.amount, note.number) == (D("15.00"), f"CN-{today().year}-00001")
    assert drawer_of(payment.shift).expected == D("130.00")


def test_what_was_all_paid_back_is_credited(payment, cashier, manager):
    asked = ask(payment, "45.00", by=cashier)
    refunds.decide(asked.pk, allow=True, by=manager)
    refunds.pay_out(asked.pk, by=cashier)

    assert (Invoice.objects.get().state, Invoice.objects.get().balance) == ("credited", D(0))


def test_what_was_paid_by_mistake_is_owed_again(payment, cashier, manager):
    asked = ask(payment, "45.00", credits=False, by=cashier)
    refunds.decide(asked.pk, allow=True, by=manager)
    refunds.pay_out(asked.pk, by=cashier)

    assert (Invoice.objects.get().state, Invoice.objects.get().balance) == ("issued", D("45.00"))
    assert not CreditNote.objects.exists()


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "45.01", "1.001"])
def test_no_more_goes_back_than_came(payment, cashier, amount):
    with pytest.raises(WrongAmount):
        ask(payment, amount, by=cashier)


def test_what_is_asked_for_counts_as_gone(payment, cashier):
    ask(payment, "40.00", by=cashier)

    with pytest.raises(WrongAmount, match=r"Between 0.01 and 5\.00"):
        ask(payment, "5.01", by=cashier)


def test_the_database_lets_no_more_go_back_than_came(payment, patient, cashier):
    pay(patient, [charge(patient, "60.00")], cash("60.00"), by=cashier)

    with pytest.raises(DatabaseError, match="No more goes back"), transaction.atomic():
        Payment.objects.create(
            invoice=Payment.objects.exclude(pk=payment.pk).get().invoice,
            patient=patient,
            kind="refund",
            amount=D("50.00"),
            reverses=payment,
            receipt_number="RF-x",
            received_at=payment.received_at,
        )


def test_nobody_allows_what_they_asked_for(payment, person):
    both = person(Role.CASHIER, Role.MANAGER)
    asked = ask(payment, "5.00", by=both)

    with pytest.raises(NotAllowed, match="Somebody else"):
        refunds.decide(asked.pk, allow=True, by=both)


def test_a_cashier_allows_nothing_and_what_was_refused_is_not_paid(payment, cashier, manager):
    asked = ask(payment, "5.00", by=cashier)
    with pytest.raises(NotAllowed):
        refunds.decide(asked.pk, allow=True, by=cashier)
    with pytest.raises(ChangedMeanwhile):
        refunds.pay_out(asked.pk, by=cashier)
    refunds.decide(asked.pk, allow=False, note="Not so", by=manager)

    with pytest.raises(ChangedMeanwhile, match="refused already"):
        refunds.pay_out(asked.pk, by=cashier)


def test_it_is_paid_out_in_the_shift_of_who_pays_and_only_in_an_open_one(
    payment, cashier, manager, person
):
    asked = ask(payment, "15.00", by=cashier)
    refunds.decide(asked.pk, allow=True, by=manager)
    colleague = person(Role.CASHIER)
    with pytest.raises(NoShift):
        refunds.pay_out(asked.pk, by=colleague)
    theirs = open_shift(colleague, "20.00")

    refunds.pay_out(asked.pk, by=colleague)

    assert (drawer_of(theirs).expected, drawer_of(payment.shift).expected) == (
        D("5.00"),
        D("145.00"),
    )


def test_an_empty_drawer_pays_nothing_out(patient, cashier, manager):
    open_shift(cashier, "0.00")
    pay(patient, [charge(patient)], Tender("card", D("45.00")), by=cashier)
    asked = ask(Payment.objects.get(), "10.00", by=cashier)
    refunds.decide(asked.pk, allow=True, by=manager)

    with pytest.raises(NotNow, match=r"only 0\.00 in your drawer"):
        refunds.pay_out(asked.pk, by=cashier)


def test_a_void_invoice_opens_its_charges_and_discounts_again(patient, cashier):
    invoice = bill(patient, by=cashier)

    invoicing.void(invoice.pk, reason="Wrong patient's price", by=cashier)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.void_reason) == ("void", "Wrong patient's price")
    assert [(c.state, c.line) for c in Charge.objects.all()] == [("open", None)]
    pay(patient, list(Charge.objects.all()), by=cashier)
    assert list(Invoice.objects.order_by("number").values_list("state", flat=True)) == [
        "void",
        "issued",
    ]


def test_what_somebody_has_paid_is_not_voided(payment, cashier):
    with pytest.raises(NotNow):
        invoicing.void(payment.invoice_id, reason="x", by=cashier)


def test_a_manager_writes_off_what_is_owed_and_no_more(patient, cashier, manager):
    invoice = bill(patient, by=cashier)
    with pytest.raises(NotAllowed):
        credits.write_off(invoice.pk, D("45.00"), reason="Poor", by=cashier)
    with pytest.raises(WrongAmount):
        credits.write_off(invoice.pk, D("45.01"), reason="Poor", by=manager)
    with pytest.raises(credits.NoReason):
        credits.write_off(invoice.pk, D("45.00"), reason=" ", by=manager)

    credits.write_off(invoice.pk, D("45.00"), reason="Poor", by=manager)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.balance, Discount.objects.count()) == ("credited", D(0), 0)
