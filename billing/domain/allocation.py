"""Which part of which payment goes to which invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from billing.models import Invoice, Payment

CASH = Payment.Method.CASH


@dataclass(frozen=True)
class Tender:
    """So much in one way of paying; `reference` is what its slip or message says."""

    method: str
    amount: Decimal
    reference: str = ""


class Part(NamedTuple):
    """So much of a tender for an invoice."""

    tender: Tender
    invoice: Invoice
    amount: Decimal


def allocate(tenders: Sequence[Tender], invoices: Sequence[Invoice]) -> list[Part]:
    """The first tender to the first invoice until one of the two is used up, and so on."""
    parts = []
    owed = {invoice.pk: invoice.balance for invoice in invoices}
    for tender in tenders:
        left = tender.amount
        for invoice in invoices:
            amount = min(left, owed[invoice.pk])
            if amount > 0:
                parts.append(Part(tender, invoice, amount))
                owed[invoice.pk] -= amount
                left -= amount
    return parts
