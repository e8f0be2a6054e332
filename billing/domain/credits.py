"""Credit notes: so much of an invoice is no longer owed."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing.domain import numbers
from billing.errors import NotNow, WrongAmount
from billing.models import CreditNote, Invoice, Payment
from billing.policies import require
from core.accounts.models import User
from core.capture.context import acting
from core.errors import ClinicError
from core.shell.words import money


class NoReason(ClinicError):
    """A reason is needed."""


def credit(
    invoice: Invoice, amount: Decimal, *, reason: str, refund: Payment | None = None
) -> CreditNote:
    """The note, in the caller's transaction, which holds the invoice."""
    now = timezone.now()
    return CreditNote.objects.create(
        number=numbers.next_of(numbers.CREDIT, now),
        invoice=invoice,
        patient_id=invoice.patient_id,
        amount=amount,
        reason=reason,
        refund=refund,
        issued_at=now,
    )


def write_off(invoice_id: UUID, amount: Decimal, *, reason: str, by: User) -> CreditNote:
    """So much of what is still owed will not be asked for any more.

    Raises NotNow, WrongAmount, NoReason or NotAllowed.
    """
    require(by, "billing.approve")
    refuse_empty(reason)
    with acting(user_id=by.pk, reason=reason), transaction.atomic():
        invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
        if not invoice.is_owed:
            raise NotNow(f"{invoice} is {invoice.get_state_display().lower()}; nothing is owed.")
        if not 0 < amount <= invoice.balance:
            raise WrongAmount(f"Between 0.01 and {money(invoice.balance)} can be credited.")
        return credit(invoice, amount, reason=reason.strip())


def refuse_empty(reason: str) -> None:
    """Raises NoReason."""
    if not reason.strip():
        raise NoReason("Say why in a few words.")
