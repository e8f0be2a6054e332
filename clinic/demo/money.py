"""A year of invoices, nearly all of them paid."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone

from billing.domain import numbers
from billing.models import Charge, Invoice, InvoiceLine, Payment
from clinic.demo.bills import CENT, Tariff, amount, charges_of, tariff, with_what_was_done
from clinic.demo.chance import dice, one_of
from patients.models import Visit

DAYS = 365
AT_ONCE = 100
UNPAID_IN_100, PART_PAID_IN_100 = 3, 2
METHODS = 4 * ("card",) + 3 * ("cash",) + 2 * ("insurance",) + ("mobile", "transfer")
HALF = Decimal("0.5")


class Bill(NamedTuple):
    """An invoice, its visit, and what it comes to."""

    visit: Visit
    invoice: Invoice
    charges: list[Charge]

    @property
    def total(self) -> Decimal:
        return sum(map(amount, self.charges), Decimal(0))

    @property
    def issued_at(self) -> datetime:
        """When the visit ended, or now."""
        return self.visit.closed_at or timezone.now()


def bill_last_year() -> dict[str, int]:
    """Invoices for the visits that ended within a year, in the order in which they ended."""
    since = timezone.now() - timedelta(days=DAYS)
    visits = Visit.objects.filter(state=Visit.State.CLOSED, closed_at__gte=since, invoice=None)
    ours = visits.exclude(kind=Visit.Kind.INPATIENT).order_by("closed_at", "pk")
    found, prices, paid = list(with_what_was_done(ours)), tariff(), 0
    for start in range(0, len(found), AT_ONCE):
        paid += pay(filter(is_paid, bill(found[start : start + AT_ONCE], prices)))
    return {"invoices": len(found), "payments": paid}


def bill(visits: Sequence[Visit], prices: Tariff) -> list[Bill]:
    """One issued invoice a visit, its lines made of the visit's charges."""
    bills = [
        Bill(
            visit,
            Invoice(patient_id=visit.patient_id, visit=visit),
            list(charges_of(visit, prices)),
        )
        for visit in visits
    ]
    Invoice.objects.bulk_create(bill.invoice for bill in bills)
    charged = [(line_of(bill.invoice, charge), charge) for bill in bills for charge in bill.charges]
    InvoiceLine.objects.bulk_create(line for line, _ in charged)
    for line, charge in charged:
        charge.line, charge.state = line, Charge.State.INVOICED
    Charge.objects.bulk_create(charge for _, charge in charged)
    issue(bills)
    return bills


def line_of(invoice: Invoice, charge: Charge) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        patient_id=charge.patient_id,
        description=charge.description,
        quantity=charge.quantity,
        unit_price=charge.unit_price,
        net=amount(charge),
    )


def issue(bills: Sequence[Bill]) -> None:
    """Each gets the next number of its year."""
    given = numbers_for(numbers.INVOICE, [bill.issued_at for bill in bills])
    for bill, number in zip(bills, given, strict=True):
        bill.invoice.number = number
        bill.invoice.issued_at, bill.invoice.state = bill.issued_at, Invoice.State.ISSUED
    invoices = [bill.invoice for bill in bills]
    Invoice.objects.bulk_update(invoices, ["number", "issued_at", "state"])


def numbers_for(kind: str, moments: Sequence[datetime]) -> list[str]:
    """The next numbers of each moment's year, in their order."""
    years = [timezone.localtime(moment).year for moment in moments]
    given = {
        year: iter(numbers.next_of_year(kind, year, many)) for year, many in Counter(years).items()
    }
    return [next(given[year]) for year in years]


def is_paid(bill: Bill) -> bool:
    """Somebody always forgets; an invoice of nothing needs no payment."""
    return bill.total > 0 and dice("unpaid", bill.visit.pk) % 100 >= UNPAID_IN_100


def pay(bills: Iterable[Bill]) -> int:
    """One payment each, now and then of only half."""
    paid = list(bills)
    given = numbers_for(numbers.RECEIPT, [bill.issued_at for bill in paid])
    payments = [payment(bill, number) for bill, number in zip(paid, given, strict=True)]
    return len(Payment.objects.bulk_create(payments))


def payment(bill: Bill, number: str) -> Payment:
    in_part = dice("part", bill.visit.pk) % 100 < PART_PAID_IN_100
    return Payment(
        invoice=bill.invoice,
        patient_id=bill.visit.patient_id,
        method=one_of(METHODS, "method", bill.visit.pk),
        amount=(bill.total * HALF).quantize(CENT) if in_part else bill.total,
        receipt_number=number,
        received_at=bill.issued_at,
    )
