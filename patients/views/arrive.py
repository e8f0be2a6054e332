"""Starting a visit: from the search, the record, and after registering."""

from typing import Any
from uuid import UUID, uuid5

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from core.accounts.access import StaffRequest, access
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import Link, toast
from core.shell.words import person_name
from patients.domain import appointments, arrivals, visits
from patients.forms.arrival import ArrivalForm
from patients.models import Patient, Ticket
from patients.queries.arrivals import waiting_before
from patients.queries.record import patient_or_404

ARRIVE = "arrive"


@require_http_methods(["GET", "POST"])
@access("visits.open")
def arrive(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The few questions that can be answered; a visit and a ticket, and where they are."""
    patient = patient_or_404(request.user, patient_id)
    if request.method == "POST":
        return _arrive(request, patient, ArrivalForm(request.POST))
    form = ArrivalForm(first_stop=arrivals.first_stop())
    return render(request, "patients/arrive.html", {"patient": patient, "form": form})


@require_POST
@access("visits.open")
def take_back(request: StaffRequest, ticket_id: UUID) -> HttpResponse:
    """Undo of an arrival."""
    try:
        ticket = arrivals.take_back(ticket_id, by=request.user)
    except Ticket.DoesNotExist:
        return toast(HttpResponse(status=404), "There is no such ticket.", kind="warn")
    except ClinicError as error:
        return toast(HttpResponse(status=409), str(error), kind="warn")
    said = f"{ticket.label} is taken back; the visit is cancelled."
    return heard(toast(HttpResponse(status=204), said), ticket.patient_id)


def _arrive(request: StaffRequest, patient: Patient, form: ArrivalForm) -> HttpResponse:
    if not form.is_valid():
        page = {"patient": patient, "form": form}
        return render(request, "patients/arrive.html", page, status=422)
    try:
        ticket = queue_once(request, patient.pk, form)
    except visits.AlreadyHere as error:
        return toast(HttpResponse(status=409), str(error), kind="warn", link=here(error))
    except ClinicError as error:
        return toast(HttpResponse(status=409), str(error), kind="warn")
    return heard(toast(HttpResponse(status=204), **queued(patient, ticket)), patient.pk)


def queue_once(request: StaffRequest, patient_id: UUID, form: ArrivalForm) -> Ticket:
    """The same form sent twice queues once; after an Undo it queues again. One page's key serves
    each of its patients.
    """

    def work() -> dict[str, Any]:
        ticket = appointments.welcome(patient_id, by=request.user, **form.facts())
        return {"ticket": str(ticket.pk)}

    key = uuid5(form.cleaned_data["key"], str(patient_id))
    content = {**form.content(), "patient": patient_id}
    answer = once(key, work, action=ARRIVE, content=content, by=request.user)
    ticket = Ticket.objects.get(pk=answer["ticket"])
    return ticket if ticket.is_active else Ticket.objects.get(pk=work()["ticket"])


def queued(patient: Patient, ticket: Ticket) -> dict[str, Any]:
    """What a toast says of a new ticket."""
    name = person_name(patient.family_name, patient.given_names)
    before = waiting_before(ticket)
    line = f"{before} before" if before else "next in line"
    return {
        "text": f"{ticket.label} {ticket.get_service_display()}: {name}, {line}.",
        "undo": reverse("patients:take_back", args=[ticket.pk]),
        "link": Link(
            "Print ticket", reverse("patients:print_ticket", args=[ticket.pk]), is_paper=True
        ),
    }


def here(error: visits.AlreadyHere) -> Link:
    """The way to somebody who is in the house already."""
    return Link("Open the record", reverse("patients:record", args=[error.visit.patient_id]))


def heard(response: HttpResponse, patient_id: UUID) -> HttpResponse:
    """The desk's own page asks at once, before the socket tells it."""
    for topic in (f"patient:{patient_id}", "queue", "appointments"):
        trigger_client_event(response, f"live:{topic}")
    return response
