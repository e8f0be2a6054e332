"""What is owed and what was paid."""

from decimal import Decimal
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from billing.models import Invoice, Payment
from core.clock import today

OWED = (Invoice.State.ISSUED, Invoice.State.PART_PAID)


def unpaid_invoices() -> QuerySet[Invoice]:
    """Issued and not fully paid, the newest first."""
    return Invoice.objects.filter(state__in=OWED).select_related("patient").order_by("-issued_at")


def balance_of(patient_id: UUID) -> Decimal:
    """What the patient still owes."""
    owed = Invoice.objects.filter(patient_id=patient_id, state__in=OWED)
    return owed.aggregate(sum=Sum(F("total") - F("paid")))["sum"] or Decimal("0.00")


def taken_today() -> Decimal:
    """Payments of today less refunds."""
    sums = dict(
        Payment.objects.filter(received_at__date=today())
        .values_list("kind")
        .annotate(sum=Sum("amount"))
    )
    back = sums.get(Payment.Kind.REFUND, Decimal(0)) + sums.get(Payment.Kind.CREDIT, Decimal(0))
    return Decimal(sums.get(Payment.Kind.PAYMENT, Decimal(0)) - back)
