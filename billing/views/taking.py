"""Taking the money, and letting the patient go."""

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from billing.domain.allocation import CASH, Tender
from billing.domain.till import Settlement, Taken, take
from billing.forms.settlement import SettlementForm
from billing.queries.papers import invoice_or_404, receipt_or_404
from billing.views.receipts import receipt_page
from billing.views.till import bill_page, list_page
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError, Stale
from core.shell.toasts import Link, say, toast
from patients.domain import visits
from patients.models import Patient, Visit
from patients.queries.record import patient_or_404

TILL = "billing:till"


@require_POST
@access("billing.take_payment")
def take_payment(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Invoice, payments and receipt in one act; then the receipt, and who is next.

    With `bill` the invoice alone. What is refused is shown with everything as it was typed.
    """
    patient = patient_or_404(request.user, patient_id)
    form = SettlementForm(request.POST)
    if not form.is_valid():
        return _refused(request, patient, form, "", 422)
    without_money = "bill" in request.POST
    try:
        what = _settlement(form, without_money=without_money)
        taken = take(patient.pk, what, key=form.cleaned_data["key"], by=request.user)
    except Stale as error:
        return _refused(request, patient, form, str(error), 409)
    except ClinicError as error:
        return _refused(request, patient, form, str(error), 422)
    return _done(request, patient, taken)


def _settlement(form: SettlementForm, *, without_money: bool) -> Settlement:
    """What the domain takes. Without money, only charges are ticked: their invoice is issued."""
    given = form.cleaned_data
    tenders = () if without_money else tuple(Tender(*one) for one in form.paid())
    has_cash = any(tender.method == CASH for tender in tenders)
    return Settlement(
        charges=given["charge"],
        invoices=frozenset() if without_money else given["invoice"],
        to_pay=given["to_bill"] if without_money else given["to_pay"],
        tenders=tenders,
        cash_received=given["received"] if has_cash else None,
        opening_float=given["opening_float"] if tenders else None,
    )


def _refused(
    request: StaffRequest, patient: Patient, form: SettlementForm, said: str, status: int
) -> HttpResponse:
    """With a fresh key: nothing has happened, and what is sent next is something else."""
    data = request.POST.copy()
    data["key"] = str(uuid4())
    form.data = data
    page = {**list_page(request, patient), **bill_page(request, patient, form, said)}
    return render(request, "billing/till.html#till-work", page, status=status)


def _done(request: StaffRequest, patient: Patient, taken: Taken) -> HttpResponse:
    """The receipt where the bill was, and its paper on the way to the printer."""
    if taken.receipt:
        return _paid(request, patient, taken.receipt, taken.closed)
    return _billed(request, patient, taken.invoice) if taken.invoice else redirect(TILL)


def _paid(
    request: StaffRequest, patient: Patient, receipt_id: UUID, closed: list[UUID]
) -> HttpResponse:
    receipt = receipt_or_404(request.user, receipt_id)
    page: dict[str, Any] = {**list_page(request, patient), **receipt_page(request, receipt)}
    page |= {"closed": closed, "is_new": True}
    answer = render(request, "billing/till_done.html", page)
    paper = reverse("billing:receipt_paper", args=[receipt.pk])
    trigger_client_event(answer, "paper:print", {"url": paper})
    return trigger_client_event(answer, "live:till")


def _billed(request: StaffRequest, patient: Patient, invoice_id: UUID) -> HttpResponse:
    """Nothing was paid: the invoice stands, and its paper is one press away."""
    invoice = invoice_or_404(request.user, invoice_id)
    link = Link("Print", reverse("billing:invoice_paper", args=[invoice.pk]), is_paper=True)
    say(request, f"{invoice} is issued.", link=link)
    return HttpResponseClientRedirect(reverse("billing:till_of", args=[patient.pk]))


@require_POST
@access("billing.take_payment")
def close_visit(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The patient leaves: paid, or with what is owed."""
    patient = patient_or_404(request.user, patient_id)
    visit = patient.visits.exclude(state__in=Visit.ENDED).first()
    try:
        if visit:
            visits.close(visit.pk, by=request.user)
    except ClinicError as error:
        return toast(HttpResponse(status=422), str(error), kind="danger")
    say(request, "The visit is closed.")
    return HttpResponseClientRedirect(reverse(TILL))
