"""The tables of money, a module per thing. Sums are kept by the database."""

from billing.models.charges import Charge, Discount
from billing.models.invoices import Invoice, InvoiceLine
from billing.models.payments import Payment, Receipt
from billing.models.prices import Price, Service, ServiceRule
from billing.models.refunds import CreditNote, RefundRequest
from billing.models.shifts import CashierShift

__all__ = [
    "CashierShift",
    "Charge",
    "CreditNote",
    "Discount",
    "Invoice",
    "InvoiceLine",
    "Payment",
    "Price",
    "Receipt",
    "RefundRequest",
    "Service",
    "ServiceRule",
]
