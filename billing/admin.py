"""Money in the administration: prices are set here, what was billed and paid is only looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from billing.models import (
    CashierShift,
    Charge,
    CreditNote,
    Discount,
    Invoice,
    InvoiceLine,
    Payment,
    Price,
    Receipt,
    RefundRequest,
    Service,
    ServiceRule,
)
from core.administration.tables import Kept, ReadOnly, Table

PATIENT = ("=patient__mrn", "patient__family_name")


@admin.register(Service)
class Services(Kept):
    list_display = ("code", "name", "category", "active")
    list_filter = ("category", "active")
    search_fields = ("=code", "name")


@admin.register(Price)
class Prices(Table):
    list_display = ("service", "amount", "valid")
    list_select_related = ("service",)
    search_fields = ("=service__code", "service__name")


@admin.register(Invoice)
class Invoices(Kept):
    """A draft may be put right; what was issued is kept as it is."""

    list_display = ("number", "patient", "state", "total", "paid", "issued_at")
    list_select_related = ("patient",)
    list_filter = ("state",)
    search_fields = ("=number", *PATIENT)
    date_hierarchy = "issued_at"
    readonly_fields = ("net", "tax", "total", "paid", "credited", "void_reason")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_draft = obj is None or obj.state == Invoice.State.DRAFT
        return is_draft and super().has_change_permission(request, obj)


@admin.register(InvoiceLine)
class InvoiceLines(ReadOnly):
    list_display = ("invoice", "description", "quantity", "unit_price", "net")
    list_select_related = ("invoice__patient",)
    search_fields = ("=invoice__number", "description")


@admin.register(Charge)
class Charges(ReadOnly):
    list_display = ("patient", "description", "quantity", "unit_price", "state", "created_at")
    list_select_related = ("patient",)
    list_filter = ("state", "source_type")
    search_fields = ("description", *PATIENT)


@admin.register(Payment)
class Payments(ReadOnly):
    """A payment is never changed; money goes back as a refund of its own."""

    list_display = ("receipt_number", "patient", "kind", "method", "amount", "received_at")
    list_select_related = ("patient",)
    list_filter = ("kind", "method")
    search_fields = ("=receipt_number", *PATIENT)
    date_hierarchy = "received_at"


@admin.register(ServiceRule)
class ServiceRules(Kept):
    """Which service is charged for what was done."""

    list_display = ("key", "event", "visit_kind", "first_visit", "test", "service", "rank")
    list_select_related = ("service",)
    list_filter = ("event", "active")
    search_fields = ("key", "=test", "=service__code")


@admin.register(Discount)
class Discounts(ReadOnly):
    list_display = ("patient", "percent", "amount", "reason", "state", "asked_by", "decided_by")
    list_select_related = ("patient", "asked_by", "decided_by")
    list_filter = ("state",)
    search_fields = ("reason", *PATIENT)


@admin.register(Receipt)
class Receipts(ReadOnly):
    list_display = ("number", "patient", "total", "taken_at", "printed")
    list_select_related = ("patient",)
    search_fields = ("=number", *PATIENT)
    date_hierarchy = "taken_at"


@admin.register(RefundRequest)
class RefundRequests(ReadOnly):
    list_display = ("patient", "amount", "method", "reason", "state", "asked_by", "decided_by")
    list_select_related = ("patient", "asked_by", "decided_by")
    list_filter = ("state", "method")
    search_fields = ("reason", *PATIENT)


@admin.register(CreditNote)
class CreditNotes(ReadOnly):
    list_display = ("number", "invoice", "amount", "reason", "issued_at")
    list_select_related = ("invoice__patient",)
    search_fields = ("=number", "=invoice__number", *PATIENT)


@admin.register(CashierShift)
class CashierShifts(ReadOnly):
    list_display = ("number", "cashier", "state", "opened_at", "closed_at", "variance")
    list_select_related = ("cashier",)
    list_filter = ("state",)
    search_fields = ("=number", "cashier__username")
