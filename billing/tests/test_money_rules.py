"""Money is exact, whoever writes: the database keeps the sums and refuses what cannot be."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg.types.range import Range

from billing.models import Charge, Invoice, InvoiceLine, Payment, Price, Service
from patients.models import Patient

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def patient(db) -> Patient:
    return Patient.objects.create(family_name="Okoro", sex="female")


@pytest.fixture
def invoice(patient) -> Invoice:
    return issued(patient)


def issued(patient: Patient) -> Invoice:
    """An invoice over 62.00."""
    bill = Invoice.objects.create(patient=patient)
    add_line(bill, "40.00")
    add_line(bill, "22.00")
    Invoice.objects.filter(pk=bill.pk).update(
        state=Invoice.State.ISSUED, number="INV-2026-00001", issued_at=NOW
    )
    bill.refresh_from_db()
    return bill


def add_line(bill: Invoice, net: str) -> InvoiceLine:
    amount = Decimal(net)
    return bill.lines.create(patient=bill.patient, description="x", unit_price=amount, net=amount)


def pay(bill: Invoice, amount: str, **fields) -> Payment:
    number = f"R-{uuid4().hex[:20]}"
    return bill.payments.create(
        patient=bill.patient,
        amount=Decimal(amount),
        receipt_number=number,
        received_at=NOW,
        **fields,
    )


def refused(work, *args, **kwargs) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        work(*args, **kwargs)


def test_an_invoice_is_the_sum_of_its_lines(invoice):
    assert (invoice.net, invoice.total, invoice.balance) == (Decimal("62.00"),) * 3


def test_payments_move_the_state_and_the_balance(invoice):
    states = []
    for amount in ("20.00", "42.00"):
        pay(invoice, amount)
        invoice.refresh_from_db()
        states.append((invoice.state, invoice.balance))

    assert states == [("part_paid", Decimal("42.00")), ("paid", Decimal("0.00"))]


def test_nobody_pays_more_than_the_balance(invoice):
    pay(invoice, "60.00")

    refused(pay, invoice, "2.01")

    invoice.refresh_from_db()
    assert invoice.paid == Decimal("60.00")


def test_a_refund_gives_back_no_more_than_was_paid(invoice):
    payment = pay(invoice, "30.00")

    refused(pay, invoice, "30.01", kind="refund", reverses=payment)
    pay(invoice, "30.00", kind="refund", reverses=payment)

    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid) == ("issued", Decimal("0.00"))


def test_eight_cashiers_cannot_overpay_together(transactional_db):
    bill = issued(Patient.objects.create(family_name="Okoro", sex="female"))
    taken = []

    def take() -> None:
        try:
            pay(bill, "20.00")
            taken.append(1)
        except IntegrityError:
            pass
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    bill.refresh_from_db()
    assert (len(taken), bill.paid) == (3, Decimal("60.00"))


def test_a_draft_takes_no_payment(patient):
    refused(pay, Invoice.objects.create(patient=patient), "1.00")


def test_payments_are_never_changed(invoice):
    payment = pay(invoice, "30.00")

    refused(Payment.objects.filter(pk=payment.pk).update, amount=1)
    refused(payment.delete)


def test_an_issued_invoice_and_its_lines_stay_as_they_are(invoice):
    refused(add_line, invoice, "1.00")
    refused(invoice.lines.all().delete)
    refused(Invoice.objects.filter(pk=invoice.pk).update, total=1, net=1)
    refused(Invoice.objects.filter(pk=invoice.pk).update, state="draft")


def test_a_source_is_charged_once(patient):
    source = {"source_type": "visit", "source_id": patient.pk}
    Charge.objects.create(patient=patient, description="x", unit_price=1, **source)

    refused(Charge.objects.create, patient=patient, description="y", unit_price=2, **source)


def test_a_service_has_one_price_a_day(db):
    service = Service.objects.create(code="CONS", name="Consultation")
    Price.objects.create(service=service, amount=20, valid=Range("2026-01-01", "2027-01-01"))

    refused(
        Price.objects.create, service=service, amount=25, valid=Range("2026-06-01", "2026-07-01")
    )
