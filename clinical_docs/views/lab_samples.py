"""Taking samples at the bench: collect, receive, reject."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinical_docs.domain import results
from clinical_docs.views.lab import patient_of, work_answer
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from core.shell.toasts import Link, toast
from patients.domain import specimens
from patients.models import Specimen


@require_POST
@access("lab.collect")
def collect(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """One press for all tests of the patient that wait for a sample."""
    patient = patient_of(request, patient_id)
    try:
        taken = specimens.collect(patient.pk, by=request.user)
    except ClinicError as error:
        return toast(work_answer(request, patient), str(error), kind="warn")
    many = "1 sample" if len(taken) == 1 else f"{len(taken)} samples"
    numbers = ", ".join(one.accession for one in taken)
    labels = Link(
        "Print labels", reverse("clinical_docs:lab_labels", args=[patient.pk]), is_paper=True
    )
    return toast(work_answer(request, patient), f"{many} collected: {numbers}.", link=labels)


@require_POST
@access("lab.result")
def receive(request: StaffRequest, specimen_id: UUID) -> HttpResponse:
    """The sample has arrived."""
    specimen = get_object_or_404(Specimen, pk=specimen_id)
    patient = patient_of(request, specimen.patient_id)
    specimens.receive(specimen.pk, by=request.user)
    return toast(work_answer(request, patient), f"{specimen.accession} received.")


@require_POST
@access("lab.collect")
def reject(request: StaffRequest, specimen_id: UUID) -> HttpResponse:
    """A new sample is asked for."""
    specimen = get_object_or_404(Specimen, pk=specimen_id)
    patient = patient_of(request, specimen.patient_id)
    reason = request.POST.get("other", "").strip() or request.POST.get("reason", "")
    try:
        results.reject_specimen(specimen.pk, reason=reason, by=request.user)
    except ClinicError as error:
        return toast(work_answer(request, patient), str(error), kind="danger")
    say = f"{specimen.accession} rejected. A new sample is asked for."
    return toast(work_answer(request, patient), say)
