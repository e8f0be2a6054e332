"""The tables of money, a module per thing. Sums are kept by the database."""

from billing.models.charges import Charge
from billing.models.invoices import Invoice, InvoiceLine
from billing.models.payments import Payment
from billing.models.prices import Price, Service

__all__ = ["Charge", "Invoice", "InvoiceLine", "Payment", "Price", "Service"]
