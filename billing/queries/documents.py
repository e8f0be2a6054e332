"""What the A4 papers of the cash desk say, in words ready to print."""

from decimal import Decimal
from typing import Any

from billing.models import CashierShift, CreditNote, Invoice, Payment
from billing.queries.bill import bill_of
from billing.queries.shifts import drawer_of
from core.shell.words import clinic_date, clinic_datetime, dose, money
from patients.models import Patient
from patients.queries.paper import on_paper

MOST_PAYMENTS = 50


def invoice_in_words(invoice: Invoice) -> dict[str, Any]:
    """Lines, sums, and what came and went since."""
    moves = [*invoice.payments.order_by("received_at", "pk")]
    notes = invoice.credit_notes.order_by("issued_at")
    return {
        "number": invoice.number,
        "date": clinic_date(invoice.issued_at),
        "state": str(invoice.get_state_display()),
        "is_void": invoice.state == Invoice.State.VOID,
        "void_reason": invoice.void_reason,
        "patient": on_paper(invoice.patient),
        "lines": [
            [one.description, dose(one.quantity), money(one.unit_price), money(one.net)]
            for one in invoice.lines.order_by("pk")
        ],
        "total": money(invoice.total),
        "moves": [*map(_move, moves), *map(_note, notes)],
        "balance": money(0 if invoice.state == Invoice.State.VOID else invoice.balance),
    }


def _move(payment: Payment) -> list[str]:
    came = payment.kind == Payment.Kind.PAYMENT
    what = f"{payment.get_kind_display()}, {str(payment.get_method_display()).lower()}"
    amount = money(-payment.amount if came else payment.amount)
    return [clinic_date(payment.received_at), f"{what}, {payment.receipt_number}", amount]


def _note(note: CreditNote) -> list[str]:
    what = f"Credit note {note.number}: {note.reason}"
    return [clinic_date(note.issued_at), what, money(-note.amount)]


def statement_in_words(patient: Patient) -> dict[str, Any]:
    """Everything owed today, and what was paid last."""
    bill = bill_of(patient)
    payments = Payment.objects.filter(patient=patient).select_related("invoice")
    return {
        "patient": on_paper(patient),
        "invoices": [
            [
                one.number,
                clinic_date(one.issued_at),
                money(one.total),
                money(one.paid),
                money(one.balance),
            ]
            for one in bill.invoices
        ],
        "charges": [
            [clinic_date(one.created_at), one.description, dose(one.quantity), money(one.amount)]
            for one in bill.charges
        ],
        "payments": [
            [
                *_move(one)[:2],
                one.invoice.number or "",
                money(-one.amount) if one.kind == Payment.Kind.PAYMENT else money(one.amount),
            ]
            for one in payments.order_by("-received_at", "-pk")[:MOST_PAYMENTS]
        ],
        "owed": money(bill.gross),
    }


def credit_in_words(note: CreditNote) -> dict[str, Any]:
    """What is no longer owed, and what was paid back for it."""
    refund = note.refund
    return {
        "number": note.number,
        "date": clinic_datetime(note.issued_at),
        "invoice": note.invoice.number,
        "invoice_date": clinic_date(note.invoice.issued_at),
        "patient": on_paper(note.patient),
        "amount": money(note.amount),
        "reason": note.reason,
        "refund": f"{refund.receipt_number}, {str(refund.get_method_display()).lower()}"
        if refund
        else "",
        "allowed_by": _allowed_by(refund),
    }


def _allowed_by(refund: Payment | None) -> str:
    decided_by = refund.refund_request.decided_by if refund else None
    return decided_by.display_name if decided_by else ""


def shift_in_words(shift: CashierShift) -> dict[str, Any]:
    """The hand-over: what was in, what came and went, what was counted."""
    drawer = drawer_of(shift)
    closed = shift.state == CashierShift.State.CLOSED
    return {
        "number": shift.number,
        "cashier": shift.cashier.display_name,
        "period": [
            clinic_datetime(shift.opened_at),
            clinic_datetime(shift.closed_at) if closed else "open",
        ],
        "cash": [
            ["Float", money(drawer.opening_float)],
            ["Cash taken", money(drawer.cash_in)],
            ["Cash refunded", money(-drawer.cash_out)],
        ],
        "expected": money(drawer.expected),
        "declared": money(shift.declared) if closed else "",
        "variance": money(shift.variance) if closed else "",
        "reason": shift.reason,
        "counts": [
            [money(value), str(count), money(Decimal(value) * count)]
            for value, count in sorted(shift.denominations.items(), key=_worth, reverse=True)
        ],
        "others": [[name, money(amount)] for name, amount in drawer.others.items()],
        "receipts": _from_to(shift),
    }


def _worth(counted: tuple[str, int]) -> Decimal:
    return Decimal(counted[0])


def _from_to(shift: CashierShift) -> str:
    numbers = list(shift.receipts.order_by("taken_at").values_list("number", flat=True))
    if not numbers:
        return "none"
    return (
        numbers[0]
        if len(numbers) == 1
        else f"{numbers[0]} to {numbers[-1]}, {len(numbers)} receipts"
    )
