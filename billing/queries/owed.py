"""What is owed and what was paid."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from billing.models import Charge, Invoice, Payment
from core.clock import today

OWED = (Invoice.State.ISSUED, Invoice.State.PART_PAID)
ZERO = Decimal("0.00")


def unpaid_invoices() -> QuerySet[Invoice]:
    """Issued and not fully paid, the newest first."""
    return Invoice.objects.filter(state__in=OWED).select_related("patient").order_by("-issued_at")


def owed_by(patients: Collection[UUID]) -> dict[UUID, Decimal]:
    """What each owes on invoices; who owes nothing is left out."""
    rows = Invoice.objects.filter(patient__in=patients, state__in=OWED).order_by()
    sums = rows.values_list("patient").annotate(sum=Sum(F("total") - F("credited") - F("paid")))
    return dict(sums)


def charged_to(patients: Collection[UUID]) -> dict[UUID, Decimal]:
    """What each has open that is on no invoice yet."""
    rows = Charge.objects.filter(patient__in=patients, state=Charge.State.OPEN).order_by()
    return dict(rows.values_list("patient").annotate(sum=Sum("amount")))


def taken_today() -> Decimal:
    """Payments of today less refunds."""
    sums = dict(
        Payment.objects.filter(received_at__date=today())
        .order_by()
        .values_list("kind")
        .annotate(sum=Sum("amount"))
    )
    back = sums.get(Payment.Kind.REFUND, ZERO) + sums.get(Payment.Kind.CREDIT, ZERO)
    return Decimal(sums.get(Payment.Kind.PAYMENT, ZERO) - back)
