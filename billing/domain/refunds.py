"""Money back: asked for by one, allowed by another, paid out in the shift of who pays."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.domain import credits, numbers, shifts
from billing.domain.asking import refuse_unless, settle
from billing.domain.credits import refuse_empty
from billing.errors import NotNow, WrongAmount
from billing.models import CashierShift, Invoice, Payment, RefundRequest
from billing.policies import require
from billing.queries.refunds import refundable
from billing.queries.shifts import drawer_of, open_shift_of
from core.accounts.models import User
from core.capture.context import acting
from core.shell.words import money

State = RefundRequest.State
CENT = Decimal("0.01")


def ask(
    payment_id: UUID, amount: Decimal, *, method: str, reason: str, credits: bool = True, by: User
) -> RefundRequest:
    """Ask for so much of a payment to go back. With `credits` it is no longer owed either.

    Raises NotNow, WrongAmount, NoReason or NotAllowed.
    """
    require(by, "billing.refund")
    refuse_empty(reason)
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        payment = _held(payment_id)
        _refuse_odd(payment, amount)
        return RefundRequest.objects.create(
            payment=payment,
            patient_id=payment.patient_id,
            amount=amount,
            method=Payment.Method(method).value,
            reason=reason.strip(),
            credits=credits,
            asked_by=by,
            shift=open_shift_of(by),
        )


def _held(payment_id: UUID) -> Payment:
    """With its invoice locked, so that two who ask follow one another."""
    payment = Payment.objects.get(pk=payment_id)
    Invoice.objects.select_for_update(no_key=True).get(pk=payment.invoice_id)
    return payment


def _refuse_odd(payment: Payment, amount: Decimal) -> None:
    if payment.kind != Payment.Kind.PAYMENT:
        raise NotNow("Only a payment is refunded.")
    most = refundable(payment)
    if not most:
        raise NotNow(f"All of {payment.receipt_number} has gone back or is asked for already.")
    if not 0 < amount <= most or amount != amount.quantize(CENT):
        raise WrongAmount(f"Between 0.01 and {money(most)} of this payment can go back.")


def decide(request_id: UUID, *, allow: bool, note: str = "", by: User) -> RefundRequest:
    """Allow what a colleague asks for, or refuse it. Raises ChangedMeanwhile or NotAllowed."""
    require(by, "billing.approve")
    with acting(user_id=by.pk), transaction.atomic():
        request = RefundRequest.objects.select_for_update(no_key=True).get(pk=request_id)
        refuse_unless(request, State.ASKED)
        settle(request, State.APPROVED if allow else State.REFUSED, note=note, by=by)
    return request


def withdraw(request_id: UUID, *, by: User) -> RefundRequest:
    """It is not wanted any more. Raises ChangedMeanwhile or NotAllowed."""
    require(by, "billing.refund")
    with acting(user_id=by.pk), transaction.atomic():
        request = RefundRequest.objects.select_for_update(no_key=True).get(pk=request_id)
        refuse_unless(request, State.ASKED, State.APPROVED)
        request.state = State.WITHDRAWN
        request.save(update_fields=["state"])
    return request


def pay_out(request_id: UUID, *, by: User) -> RefundRequest:
    """Hand over what was allowed, out of one's own drawer if it is cash.

    Raises ChangedMeanwhile, NoShift, NotNow (not that much in the drawer) or NotAllowed.
    """
    require(by, "billing.refund")
    with acting(user_id=by.pk), transaction.atomic():
        request = RefundRequest.objects.select_related("payment").get(pk=request_id)
        invoice = Invoice.objects.select_for_update(no_key=True).get(pk=request.payment.invoice_id)
        request = RefundRequest.objects.select_for_update(no_key=True).get(pk=request_id)
        refuse_unless(request, State.APPROVED)
        shift = shifts.current(by=by)
        _refuse_empty_drawer(request, shift)
        request.refund = _refund(request, invoice, shift)
        if request.credits:
            credits.credit(invoice, request.amount, reason=request.reason, refund=request.refund)
        request.state = State.PAID
        request.save(update_fields=["state", "refund"])
    return request


def _refuse_empty_drawer(request: RefundRequest, shift: CashierShift) -> None:
    if request.method != Payment.Method.CASH:
        return
    # Two that pay out of one drawer follow one another.
    CashierShift.objects.select_for_update(no_key=True).get(pk=shift.pk)
    there = drawer_of(shift).expected
    if request.amount > there:
        raise NotNow(f"There is only {money(there)} in your drawer.")


def _refund(request: RefundRequest, invoice: Invoice, shift: CashierShift) -> Payment:
    now = timezone.now()
    return Payment.objects.create(
        invoice=invoice,
        patient_id=request.patient_id,
        kind=Payment.Kind.REFUND,
        method=request.method,
        amount=request.amount,
        receipt_number=numbers.next_of(numbers.REFUND, now),
        reverses=request.payment,
        received_at=now,
        shift=shift,
    )
