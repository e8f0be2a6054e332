"""What somebody has to pay: open charges by visit, invoices of before, discounts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from billing.models import Charge, Discount, Invoice, InvoiceLine
from billing.queries.owed import OWED
from core.shell.words import clinic_date, clinic_time, dose, money
from patients.models import Patient

ZERO = Decimal("0.00")
FROM = {
    "arrival": "Reception",
    "lab_request": "Laboratory",
    "dispense": "Pharmacy",
    "manual": "Cash desk",
}
FRESH = timedelta(seconds=20)


@dataclass(frozen=True)
class Line:
    """An open charge, or a line of an invoice of before, as the cashier sees it."""

    id: str
    text: str
    amount: Decimal
    quantity: Decimal
    price: Decimal
    source: str = ""
    at: datetime | None = None
    unpriced: bool = False
    by_hand: bool = False

    @property
    def is_fresh(self) -> bool:
        """It has come a moment ago, perhaps while somebody was looking."""
        return self.at is not None and timezone.now() - self.at < FRESH


@dataclass
class Group:
    """What belongs to one visit, or one invoice; an invoice is paid as a whole or in part."""

    title: str
    lines: list[Line] = field(default_factory=list)
    invoice: Invoice | None = None

    @property
    def amount(self) -> Decimal:
        if self.invoice:
            return self.invoice.balance
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def paid_in_words(self) -> str:
        """`20.00 paid of 40.00`."""
        bill = self.invoice
        return f"{money(bill.paid)} paid of {money(bill.total - bill.credited)}" if bill else ""


@dataclass(frozen=True)
class Bill:
    """All that could be paid now."""

    groups: list[Group]
    charges: list[Charge]
    invoices: list[Invoice]
    discounts: list[Discount]

    @property
    def gross(self) -> Decimal:
        return sum((group.amount for group in self.groups), ZERO)

    @property
    def visits(self) -> int:
        return len({charge.visit_id for charge in self.charges} - {None})


def bill_of(patient: Patient) -> Bill:
    """In four questions, however much it is."""
    open_now = Charge.objects.filter(patient=patient, state=Charge.State.OPEN)
    charges = list(open_now.select_related("visit__clinician").order_by("created_at", "pk"))
    owed = Invoice.objects.filter(patient=patient, state__in=OWED)
    invoices = list(owed.prefetch_related("lines").order_by("issued_at", "number"))
    discounts = Discount.objects.filter(
        patient=patient, state__in=(Discount.State.ALLOWED, Discount.State.ASKED)
    )
    with_people = list(discounts.select_related("decided_by", "charge").order_by("pk"))
    groups = [*_of_visits(charges), *map(_of_invoice, invoices)]
    return Bill(groups, charges, invoices, with_people)


def _of_visits(charges: Iterable[Charge]) -> list[Group]:
    """The last visit first."""
    groups: dict[UUID | None, Group] = {}
    for charge in charges:
        group = groups.setdefault(charge.visit_id, Group(_visit_in_words(charge)))
        group.lines.append(line_of(charge))
    return list(reversed(groups.values()))


def _visit_in_words(charge: Charge) -> str:
    if charge.visit is None:
        return "Without a visit"
    opened = timezone.localtime(charge.visit.opened_at)
    today = "Today, " if opened.date() == timezone.localdate() else ""
    return f"{today}{clinic_date(opened)}"


def line_of(charge: Charge) -> Line:
    return Line(
        str(charge.pk),
        charge.description,
        charge.amount,
        charge.quantity,
        charge.unit_price,
        _source(charge),
        charge.created_at,
        charge.unpriced,
        charge.source_type == "manual",
    )


def _source(charge: Charge) -> str:
    """`Pharmacy 10:31`, or who was consulted."""
    if charge.source_type == "visit":
        clinician = charge.visit.clinician if charge.visit else None
        return clinician.display_name if clinician else "Consultation"
    return f"{FROM.get(charge.source_type, '')} {clinic_time(charge.created_at)}".strip()


def _of_invoice(invoice: Invoice) -> Group:
    lines = [_of_line(line) for line in invoice.lines.all()]
    return Group(clinic_date(invoice.issued_at), lines, invoice)


def _of_line(line: InvoiceLine) -> Line:
    return Line(str(line.pk), line.description, line.net, line.quantity, line.unit_price)


def discount_in_words(discount: Discount) -> str:
    """`20 % of Consultation. Hardship`."""
    what = f" of {discount.charge}" if discount.charge else ""
    much = (
        f"{dose(discount.percent, '%')}" if discount.percent is not None else money(discount.amount)
    )
    return f"{much}{what}. {discount.reason}"
