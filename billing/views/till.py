"""The till: who pays at the left, what is paid at the right."""

from typing import Any
from uuid import UUID, uuid4

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.domain.discounts import taken_off
from billing.domain.leaving import is_at_end
from billing.forms.charging import ChargeForm, DiscountForm
from billing.forms.settlement import SettlementForm
from billing.models import Charge
from billing.queries import till as queries
from billing.queries.bill import Bill, bill_of, discount_in_words
from billing.queries.papers import numbered, url_of
from billing.queries.shifts import drawer_of, open_shift_of
from core.accounts.access import StaffRequest, access
from core.phones import in_groups
from core.shell.words import clinic_time
from patients.models import Patient, Visit
from patients.queries.codes import is_label
from patients.queries.record import patient_or_404
from patients.queries.search import find
from patients.queries.visits import present_or_last

TABS = ("now", "owing", "paid")


@require_safe
@access("billing.view_till")
def till(request: StaffRequest) -> HttpResponse:
    """The list, and nobody chosen. A number that was scanned or typed opens what carries it."""
    if text := request.GET.get("q", "").strip():
        return _found(request, text)
    if request.htmx.target == "till-list":
        return render(request, "billing/till.html#till-list", list_page(request, None))
    return render(request, "billing/till.html", list_page(request, None))


# Receipts are printed out of a frame of this page.
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
@require_safe
@access("billing.view_till")
def till_of(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """One patient's bill; the list, the charges or the dialogs alone when they have news."""
    patient = patient_or_404(request.user, patient_id)
    if request.htmx.target == "till-list":
        return render(request, "billing/till.html#till-list", list_page(request, patient))
    if request.htmx.target == "till-charges":
        return render(request, "billing/till.html#till-charges", bill_page(request, patient))
    if request.htmx.target == "till-dialogs":
        return render(request, "billing/till_dialogs.html", bill_page(request, patient))
    page = {**list_page(request, patient), **bill_page(request, patient)}
    return render(request, "billing/till.html", page)


def _found(request: StaffRequest, text: str) -> HttpResponse:
    """A receipt, an invoice, a ticket of today, or a patient; else the list with a word."""
    thing = numbered(text)
    if thing:
        return redirect(url_of(thing))
    patient_id = queries.patient_of_ticket(text.upper()) if is_label(text) else None
    found = find(text) if patient_id is None else []
    if len(found) == 1:
        patient_id = found[0].pk
    if patient_id:
        return redirect("billing:till_of", patient_id)
    page = {**list_page(request, None), "found": found[: queries.AT_ONCE], "q": text}
    return render(request, "billing/till.html", page)


def list_page(request: StaffRequest, chosen: Patient | None) -> dict[str, Any]:
    """The list at the left with its counts, and the shift below it."""
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "now"
    now = queries.now_rows()
    pages: dict[str, Any] = {
        name: Paginator(one, queries.AT_ONCE)  # type: ignore[arg-type]
        for name, one in queries.PAGED.items()
    }
    page = pages[tab].get_page(request.GET.get("page")) if tab in pages else None
    shift = open_shift_of(request.user)
    return {
        "tab": tab,
        "rows": page or now,
        "page": page,
        "tabs": [
            ("now", "Now", len(now)),
            ("owing", "Owing", pages["owing"].count),
            ("paid", "Paid", pages["paid"].count),
        ],
        "longest": now[0].when if now else "",
        "next": next((row for row in now if not chosen or row.patient.pk != chosen.pk), None),
        "chosen": chosen.pk if chosen else None,
        "here": request.get_full_path(),
        "shift": shift,
        "drawer": drawer_of(shift) if shift else None,
        "may_work": request.user.has_perm("billing.work_shift"),
    }


def bill_page(
    request: StaffRequest, patient: Patient, form: SettlementForm | None = None, said: str = ""
) -> dict[str, Any]:
    """What the work at the right needs; `form` as somebody left it, `said` why it is not taken."""
    bill = bill_of(patient)
    visit = present_or_last([patient]).get(patient.pk)
    may = request.user.has_perm
    return {
        "patient": patient,
        "bill": bill,
        "form": form or SettlementForm(),
        "said": said,
        "visit": visit if visit and visit.is_open else None,
        "shift": open_shift_of(request.user),
        "phone": in_groups(patient.phone) or "Not known",
        "add_form": ChargeForm(),
        "discount_form": DiscountForm(charges=open_charges(patient)),
        "limit": settings.DISCOUNT_LIMIT,
        "key": uuid4(),
        "now": timezone.now(),
        "may_take": may("billing.take_payment"),
        "may_close": may("billing.take_payment") and _may_close(visit),
        "may_add": may("billing.add_charges"),
        "may_discount": may("billing.discount"),
        **_sums(bill),
    }


def _may_close(visit: Visit | None) -> bool:
    """Whether the patient has been everywhere and waits at the cash desk."""
    return bool(visit and visit.state == Visit.State.READY_TO_BILL and is_at_end(visit))


def open_charges(patient: Patient) -> Any:
    return Charge.objects.filter(patient=patient, state=Charge.State.OPEN).order_by("created_at")


def _sums(bill: Bill) -> dict[str, Any]:
    """As it is with everything ticked; static/js/till.js goes on from there."""
    allowed = [one for one in bill.discounts if one.state == one.State.ALLOWED]
    offs = {off.discount.pk: off.amount for off in taken_off(allowed, bill.charges)}
    off = sum(offs.values())
    return {
        "offs": [
            (one, discount_in_words(one), offs.get(one.pk), _leave(one)) for one in bill.discounts
        ],
        "off": off,
        "to_pay": bill.gross - off,
    }


def _leave(discount: Any) -> str:
    """`allowed by Ruth Abebe 10:30`, where it was somebody else."""
    if discount.state != discount.State.ALLOWED:
        return "waits for approval"
    if discount.within_limit:
        return ""
    return f"allowed by {discount.decided_by.display_name} {clinic_time(discount.decided_at)}"
