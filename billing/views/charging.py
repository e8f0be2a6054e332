"""What cashiers charge by hand, price, take back and take off."""

from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from billing.domain import charges, discounts
from billing.domain.pricing import prices_of
from billing.forms.charging import STATES_IN_WORDS, ChargeForm, DiscountForm, PriceForm
from billing.models import Charge, Discount, Service
from billing.views.till import open_charges
from core.accounts.access import StaffRequest, access
from core.clock import today
from core.door.vouching import vouch
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.models import Patient
from patients.queries.record import patient_or_404

MOST_OFFERED = 8


@require_safe
@access("billing.add_charges")
def services(request: StaffRequest) -> HttpResponse:
    """Services that fit what is typed, with today's price."""
    text = request.GET.get("service", "").strip()
    found = Service.objects.filter(active=True)
    for word in text.split():
        found = found.filter(Q(name__icontains=word) | Q(code__istartswith=word))
    offered = list(found[:MOST_OFFERED]) if text else []
    listed = list(zip(offered, prices_of(offered, today()), strict=True))
    return render(request, "billing/services.html", {"offered": listed})


@require_POST
@access("billing.add_charges")
def add_charge(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """One charge; the dialog closes and the bill shows it."""
    patient = patient_or_404(request.user, patient_id)
    form = ChargeForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            charge = charges.add(
                patient,
                given["service"],
                quantity=given["quantity"],
                key=given["key"],
                by=request.user,
            )
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            undo = reverse("billing:remove_charge", args=[charge.pk])
            return changed(patient, f"{charge} is added.", undo=undo)
    page = {"patient": patient, "add_form": form}
    return render(request, "billing/till_dialogs.html#add-charge-form", page, status=422)


@require_POST
@access("billing.add_charges")
def price_charge(request: StaffRequest, charge_id: UUID) -> HttpResponse:
    """The price of what had none."""
    charge = _charge_or_404(request, charge_id)
    form = PriceForm({"price": request.POST.get(f"price-{charge.pk}")})
    if not form.is_valid():
        return _refusal(str(form.errors["price"][0]))
    try:
        charges.set_price(charge.pk, form.cleaned_data["price"], by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    return changed(charge.patient, f"{charge} has its price.")


@require_POST
@access("billing.add_charges")
def remove_charge(request: StaffRequest, charge_id: UUID) -> HttpResponse:
    charge = _charge_or_404(request, charge_id)
    try:
        charges.remove(charge.pk, by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    undo = reverse("billing:restore_charge", args=[charge.pk])
    return changed(charge.patient, f"{charge} is taken back.", undo=undo)


@require_POST
@access("billing.add_charges")
def restore_charge(request: StaffRequest, charge_id: UUID) -> HttpResponse:
    charge = _charge_or_404(request, charge_id)
    try:
        charges.restore(charge.pk, by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    return changed(charge.patient, f"{charge} is charged again.")


@require_POST
@access("billing.discount")
def give_discount(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """Within the limit it holds at once; beyond it by a colleague's password, or asked for."""
    patient = patient_or_404(request.user, patient_id)
    form = DiscountForm(request.POST, charges=open_charges(patient))
    if form.is_valid():
        try:
            given = _give(request, patient, form)
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            undo = reverse("billing:withdraw_discount", args=[given.pk])
            words = STATES_IN_WORDS[Discount.State(given.state)]
            return changed(patient, f"The discount is {words}.", undo=undo)
    page = {"patient": patient, "discount_form": form, "limit": settings.DISCOUNT_LIMIT}
    return render(request, "billing/till_dialogs.html#discount-form", page, status=422)


def _give(request: StaffRequest, patient: Patient, form: DiscountForm) -> Discount:
    credentials = form.credentials()
    approver = vouch(request, **credentials) if credentials else None
    return discounts.give(patient.pk, **form.values(), approver=approver, by=request.user)


@require_POST
@access("billing.discount")
def withdraw_discount(request: StaffRequest, discount_id: UUID) -> HttpResponse:
    discount = get_object_or_404(Discount.objects.select_related("patient"), pk=discount_id)
    try:
        discounts.withdraw(discount.pk, by=request.user)
    except ClinicError as error:
        return _refusal(str(error))
    return changed(discount.patient, "The discount is withdrawn.")


def _charge_or_404(request: StaffRequest, charge_id: UUID) -> Charge:
    return get_object_or_404(Charge.objects.select_related("patient"), pk=charge_id)


def changed(patient: Patient, text: str, *, undo: str = "") -> HttpResponse:
    """Nothing to swap: the bill fetches itself, the dialog closes, and a toast says what happened."""
    answer = toast(HttpResponse(status=204), text, undo=undo)
    trigger_client_event(answer, "dialog:done")
    return trigger_client_event(answer, f"live:patient:{patient.pk}")


def _refusal(text: str) -> HttpResponse:
    return toast(HttpResponse(status=422, headers={"HX-Reswap": "none"}), text, kind="danger")
