"""What billing puts on a card of the queue: what the visit costs, and what is paid of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from billing.models import Charge, Invoice
from billing.queries.owed import OWED
from patients.cards import Fact
from patients.cards import Sum as Costs
from patients.models import Visit

PAID = Invoice.State.PAID
ZERO = Decimal("0.00")


def costs_of(visits: Sequence[Visit]) -> Mapping[UUID, Costs]:
    """By visit, what is charged or invoiced and not paid yet, and what is paid."""
    owed: defaultdict[UUID | None, Decimal] = defaultdict(lambda: ZERO)
    paid: defaultdict[UUID | None, Decimal] = defaultdict(lambda: ZERO)
    invoices = Invoice.objects.filter(visit__in=visits, state__in=[*OWED, PAID])
    sums_of = invoices.values_list("visit_id", "total", "credited", "paid")
    for visit_id, total, credited, given in sums_of:
        owed[visit_id] += total - credited - given
        paid[visit_id] += given
    open_charges = Charge.objects.filter(visit__in=visits, state=Charge.State.OPEN)
    sums = open_charges.values_list("visit_id").annotate(sum=Sum("amount"))
    for visit_id, amount in sums.order_by():
        owed[visit_id] += amount
    return {visit.pk: Costs(owed[visit.pk], paid[visit.pk]) for visit in visits}


FACTS = (Fact("money", "billing.view_balance", costs_of),)
