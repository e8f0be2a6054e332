"""Taking back what was given."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from core.accounts.access import StaffRequest, access
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.words import dose
from core.timeline import queries as timeline
from patients.domain import returns
from patients.forms.returns import DESTROY, ReturnForm
from patients.models import Dispense
from patients.views.banner import banner_of

ACTION = "give-back"


@require_http_methods(["GET", "POST"])
@access("prescriptions.dispense")
def give_back(request: StaffRequest, dispense_id: UUID) -> HttpResponse:
    """The form; afterwards the prescription, as it stands then."""
    known = Dispense.objects.filter(outcome=Dispense.Outcome.GIVEN)
    done = get_object_or_404(
        known.select_related("patient", "item", "lot", "by", "prescription_item"), pk=dispense_id
    )
    if request.method == "GET":
        rest = done.quantity - done.returned_quantity
        return _page(request, done, ReturnForm(initial={"quantity": dose(rest)}))
    form = ReturnForm(request.POST)
    if form.is_valid():
        try:
            _once(request, done, form)
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{done.item} taken back.")
            return redirect("patients:dispense", done.prescription_item.prescription_id)
    return _page(request, done, form, status=422)


def _once(request: StaffRequest, done: Dispense, form: ReturnForm) -> None:
    typed = form.cleaned_data

    def work() -> dict[str, Any]:
        returns.give_back(
            done.pk,
            typed["quantity"],
            reason=typed["reason"],
            destroy=typed["destination"] == DESTROY,
            due_again=typed["due_again"],
            by=request.user,
        )
        return {}

    content = {**typed, "dispense": done.pk}
    once(typed["key"], work, action=ACTION, content=content, by=request.user)


def _page(
    request: StaffRequest, done: Dispense, form: ReturnForm, *, status: int = 200
) -> HttpResponse:
    head = timeline.head(done.patient_id, request.user)
    context = {
        "patient": done.patient,
        "done": done,
        "form": form,
        **banner_of(request, done.patient, head),
    }
    return render(request, "patients/give_back.html", context, status=status)
