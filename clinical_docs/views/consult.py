"""Opening a consultation, and what is known of the patient beside it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clinical_docs.domain import consulting
from clinical_docs.queries.consult import visit_or_404
from clinical_docs.views.consult_page import page, strip_of
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from core.timeline import queries

SEE, WRITE = "patients.view_clinical", "consult.write"


@require_safe
@access(SEE)
def consult(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The whole page, also of a visit that is over."""
    return page(request, visit_or_404(request.user, visit_id))


@require_safe
@access(SEE)
def strip(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """What is known at the left, as it is now."""
    visit = visit_or_404(request.user, visit_id)
    head = queries.head(visit.patient_id, request.user)
    return render(request, "clinical_docs/consult.html#strip", strip_of(visit, head))


@require_POST
@access(WRITE)
def begin(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The patient is here: in consultation with this clinician, and the page opens."""
    visit = visit_or_404(request.user, visit_id)
    try:
        consulting.begin(visit.pk, by=request.user)
    except ClinicError as error:
        messages.warning(request, str(error))
    return redirect("clinical_docs:consult", visit.pk)
