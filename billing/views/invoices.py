"""Invoices: the list, one of them, and what is done with one."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from billing.domain import credits, invoicing
from billing.domain.receipts import count_print
from billing.forms.refunding import CreditForm, ReasonForm
from billing.models import Invoice, Payment
from billing.queries.documents import credit_in_words, invoice_in_words, statement_in_words
from billing.queries.invoices import AGES, STATES, Filters, listed, owed_of
from billing.queries.papers import credit_or_404, invoice_or_404
from billing.queries.refunds import refundable
from core import paper
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from core.reads import tell_as
from core.shell.spreadsheets import csv_answer
from core.shell.toasts import say
from core.shell.words import clinic_date, clinic_datetime
from patients.queries.record import patient_or_404

PAGE = 40
MOST_EXPORTED = 50_000
COLUMNS = ("Invoice", "Issued", "MRN", "Patient", "State", "Total", "Paid", "Credited", "To pay")


@require_safe
@access("billing.view_invoices")
def invoices(request: StaffRequest) -> HttpResponse:
    """The list as the address narrows it; the list alone when it has news."""
    filters = Filters.of(request.GET)
    found = listed(request.user, filters)
    page = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "filters": filters,
        "states": STATES.items(),
        "ages": [(key, words) for key, (words, *_) in AGES.items()],
        "owed": owed_of(found),
        "here": request.get_full_path(),
    }
    part = "#invoice-list" if request.htmx else ""
    return render(request, f"billing/invoices.html{part}", page)


@require_safe
@access("billing.view_invoices")
def export(request: StaffRequest) -> HttpResponse:
    """The same list as CSV: what it was narrowed to, who asked and when stand in its first lines."""
    filters = Filters.of(request.GET)
    tell_as("export", entity_type="invoice", what=filters.in_words())
    made = ["Made", clinic_datetime(timezone.now()), "by", request.user.display_name]
    rows = (_row(one) for one in listed(request.user, filters)[:MOST_EXPORTED].iterator())
    about = ["Invoices", "; ".join(filters.in_words())]
    return csv_answer("invoices", COLUMNS, rows, above=[about, made])


def _row(one: Invoice) -> list[object]:
    name = f"{one.patient.family_name}, {one.patient.given_names}"
    issued, state = clinic_date(one.issued_at), one.get_state_display()
    sums = (one.total, one.paid, one.credited, one.balance if one.is_owed else 0)
    return [one.number or "", issued, str(one.patient.mrn), name, state, *sums]


@require_safe
@access("billing.view_invoices")
def invoice(request: StaffRequest, invoice_id: UUID) -> HttpResponse:
    """One invoice: its lines, what was paid, what can be done with it."""
    found = invoice_or_404(request.user, invoice_id)
    part = "#invoice-body" if request.htmx else ""
    return render(request, f"billing/invoice.html{part}", invoice_page(request, found))


def invoice_page(request: StaffRequest, found: Invoice, **forms: Any) -> dict[str, Any]:
    may = request.user.has_perm
    payments = found.payments.select_related("receipt").order_by("received_at", "pk")
    untouched = found.state == Invoice.State.ISSUED and not found.credited
    return {
        "invoice": found,
        "patient": found.patient,
        "lines": found.lines.order_by("pk"),
        "payments": [(p, refundable(p) if p.kind == Payment.Kind.PAYMENT else 0) for p in payments],
        "notes": found.credit_notes.order_by("issued_at"),
        "methods": Payment.Method.choices,
        "may_void": untouched and may("billing.take_payment"),
        "may_credit": found.is_owed and may("billing.approve"),
        "may_refund": may("billing.refund"),
        "may_take": found.is_owed and may("billing.view_till"),
        "void_form": ReasonForm(auto_id="id_void_%s"),
        "credit_form": CreditForm(initial={"amount": found.balance}, auto_id="id_credit_%s"),
        **forms,
    }


@require_POST
@access("billing.take_payment")
def void(request: StaffRequest, invoice_id: UUID) -> HttpResponse:
    """The invoice was wrong; its charges are open again."""
    found = invoice_or_404(request.user, invoice_id)
    form = ReasonForm(request.POST, auto_id="id_void_%s")
    if form.is_valid():
        try:
            invoicing.void(found.pk, reason=form.cleaned_data["reason"], by=request.user)
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            say(request, f"{found} is void; its charges are open again.")
            return HttpResponseClientRedirect(reverse("billing:invoice", args=[found.pk]))
    page = invoice_page(request, found, void_form=form)
    return render(request, "billing/invoice.html#void-form", page, status=422)


@require_POST
@access("billing.approve")
def credit(request: StaffRequest, invoice_id: UUID) -> HttpResponse:
    """So much of what is owed will not be asked for."""
    found = invoice_or_404(request.user, invoice_id)
    form = CreditForm(request.POST, auto_id="id_credit_%s")
    if form.is_valid():
        given = form.cleaned_data
        try:
            note = credits.write_off(
                found.pk, given["amount"], reason=given["reason"], by=request.user
            )
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            say(request, f"Credit note {note} is issued.")
            return HttpResponseClientRedirect(reverse("billing:invoice", args=[found.pk]))
    page = invoice_page(request, found, credit_form=form)
    return render(request, "billing/invoice.html#credit-form", page, status=422)


@require_safe
@access("billing.view_invoices")
def invoice_paper(request: StaffRequest, invoice_id: UUID) -> HttpResponse:
    found = invoice_or_404(request.user, invoice_id)
    return paper.answer(
        request,
        "billing/invoice",
        {**invoice_in_words(found), **_codes(found.number)},
        filename=str(found.number),
        entity_type="invoice",
        entity_id=found.pk,
        patient_id=found.patient_id,
    )


@require_safe
@access("billing.view_invoices")
def credit_paper(request: StaffRequest, credit_id: UUID) -> HttpResponse:
    found = credit_or_404(request.user, credit_id)
    return paper.answer(
        request,
        "billing/credit_note",
        {**credit_in_words(found), **_codes(found.number)},
        filename=found.number,
        copy=count_print(found) > 1,
        entity_type="credit_note",
        entity_id=found.pk,
        patient_id=found.patient_id,
    )


@require_safe
@access("billing.view_invoices")
def statement(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """All that a patient owes."""
    patient = patient_or_404(request.user, patient_id)
    return paper.answer(
        request,
        "billing/statement",
        {**statement_in_words(patient), "currency": settings.CURRENCY},
        filename=f"Statement {patient.mrn}",
        entity_type="patient",
        entity_id=patient.pk,
        patient_id=patient.pk,
    )


def _codes(number: str | None) -> dict[str, str]:
    return {"barcode": paper.barcode(number or ""), "currency": settings.CURRENCY}
