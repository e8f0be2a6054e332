"""Money for tests, in few words."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from psycopg.types.range import Range

from billing.domain import shifts
from billing.domain.allocation import Tender
from billing.domain.till import Settlement, Taken, take
from billing.models import CashierShift, Charge, Invoice, Price, Service
from core.accounts.models import User
from patients.models import Patient

D = Decimal


def service(
    code: str = "CON-FUP", name: str = "Consultation", price: str | None = "45.00"
) -> Service:
    made = Service.objects.create(code=code, name=name)
    if price is not None:
        Price.objects.create(service=made, amount=D(price), valid=Range(None, None))
    return made


def charge(patient: Patient, price: str = "45.00", **fields: Any) -> Charge:
    values = {
        "description": "Consultation",
        "unit_price": D(price),
        "source_type": "test",
        "source_id": uuid4(),
        **fields,
    }
    made = Charge.objects.create(patient=patient, **values)
    made.refresh_from_db()
    return made


def cash(amount: str) -> Tender:
    return Tender("cash", D(amount))


def settlement(charges: list[Charge], *tenders: Tender, **fields: Any) -> Settlement:
    """All of these charges, to be paid by these tenders."""
    invoices: list[Invoice] = fields.pop("invoices", [])
    due = sum((c.amount for c in charges), D(0)) + sum((i.balance for i in invoices), D(0))
    values = {"to_pay": due, **fields}
    return Settlement(
        charges=frozenset(c.pk for c in charges),
        invoices=frozenset(i.pk for i in invoices),
        tenders=tenders,
        **values,
    )


def pay(
    patient: Patient, charges: list[Charge], *tenders: Tender, by: User, **fields: Any
) -> Taken:
    key = fields.pop("key", None) or uuid4()
    return take(patient.pk, settlement(charges, *tenders, **fields), key=key, by=by)


def bill(patient: Patient, price: str = "45.00", *, by: User) -> Invoice:
    """An issued invoice that nobody has paid."""
    taken = pay(patient, [charge(patient, price)], by=by)
    assert taken.invoice
    return Invoice.objects.get(pk=taken.invoice)


def open_shift(by: User, opening_float: str = "100.00") -> CashierShift:
    return shifts.open_shift(D(opening_float), by=by)
