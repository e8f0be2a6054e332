"""The clinician's inbox: look at a result, say so, and what follows."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from clinical_docs.domain import acknowledging
from clinical_docs.queries.inbox import inbox
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.models import LabRequest
from patients.queries.record import patient_or_404

CALL_BACK = "call_back"


@require_safe
@access("results.acknowledge")
def results(request: StaffRequest) -> HttpResponse:
    """The page; its list alone when it has news. `?of=all` shows everybody's."""
    part = "#results-list" if request.htmx.target == "results-list" else ""
    return render(request, f"clinical_docs/results.html{part}", _page(request))


@require_POST
@access("results.acknowledge")
def acknowledge(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Seen; with `act=call_back` the patient is called, or noted to be where nobody waits."""
    order = get_object_or_404(LabRequest, pk=request_id)
    patient_or_404(request.user, order.patient_id)
    sent = request.POST
    try:
        said = acknowledging.acknowledge(
            order.pk,
            document=sent.get("document", ""),
            note=sent.get("note", ""),
            calls_back=sent.get("act") == CALL_BACK,
            by=request.user,
        )
    except ClinicError as error:
        return toast(_list(request), str(error), kind="warn")
    undo = reverse("clinical_docs:unacknowledge", args=[order.pk])
    return toast(_list(request), said, undo=undo)


@require_POST
@access("results.acknowledge")
def unacknowledge(request: StaffRequest, request_id: UUID) -> HttpResponse:
    """Not seen after all."""
    order = get_object_or_404(LabRequest, pk=request_id)
    patient_or_404(request.user, order.patient_id)
    acknowledging.take_back(order.pk, by=request.user)
    return toast(HttpResponse(status=204), f"{order.name} is in the inbox again.")


def _list(request: StaffRequest) -> HttpResponse:
    return render(request, "clinical_docs/results.html#results-list", _page(request))


def _page(request: StaffRequest) -> dict[str, object]:
    is_all = request.GET.get("of") == "all"
    here = reverse("clinical_docs:results") + ("?of=all" if is_all else "")
    return {"box": inbox(request.user, is_all=is_all), "is_all": is_all, "here": here}
