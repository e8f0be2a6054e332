"""What may go back, and what waits to be allowed."""

from decimal import Decimal

from django.db.models import QuerySet, Sum

from billing.models import Discount, Payment, RefundRequest
from core.accounts.models import User

ZERO = Decimal("0.00")


def refundable(payment: Payment) -> Decimal:
    """What of a payment has not gone back and is not asked for."""
    back = Payment.objects.filter(reverses=payment).aggregate(sum=Sum("amount"))["sum"]
    pending = payment.refund_requests.filter(state__in=RefundRequest.PENDING)
    asked = pending.aggregate(sum=Sum("amount"))["sum"]
    return Decimal(payment.amount) - (back or ZERO) - (asked or ZERO)


def refund_requests(user: User) -> QuerySet[RefundRequest]:
    """What this person may see; the newest first."""
    may = user.has_perm("billing.approve") or user.has_perm("billing.refund")
    found = RefundRequest.objects.all() if may else RefundRequest.objects.none()
    related = ("patient", "payment__invoice", "asked_by", "decided_by", "refund")
    return found.select_related(*related).order_by("-created_at")


def pending_refunds(user: User) -> QuerySet[RefundRequest]:
    return refund_requests(user).filter(state__in=RefundRequest.PENDING).order_by("created_at")


def discounts_to_decide() -> QuerySet[Discount]:
    asked = Discount.objects.filter(state=Discount.State.ASKED)
    return asked.select_related("patient", "charge", "asked_by").order_by("created_at")


def waiting_for_leave(user: User) -> int:
    """How many this person could decide now, or pay out."""
    requests = RefundRequest.objects
    if user.has_perm("billing.approve"):
        asked = requests.filter(state=RefundRequest.State.ASKED).exclude(asked_by=user).count()
        return asked + discounts_to_decide().count()
    return requests.filter(state=RefundRequest.State.APPROVED).count()
