"""Registering a patient; whoever looks alike is shown beside the form while it is typed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import say
from core.shell.words import person_name
from patients.domain import arrivals, patients
from patients.forms.arrival import ArrivalForm
from patients.forms.patient import PatientForm
from patients.models import Patient, Ticket
from patients.queries.duplicates import Likeness
from patients.queries.duplicates import alike as find_alike
from patients.views.arrive import queued

NEW = "register-patient"


@require_http_methods(["GET", "POST"])
@access("patients.register")
def register(request: StaffRequest) -> HttpResponse:
    """The form, with what this person was typing last time; a new patient."""
    if "afresh" in request.POST:
        drafts.discard(NEW, "", by=request.user)
        return redirect("patients:register")
    if request.method == "POST":
        return _register(request, PatientForm(request.POST), _arrival(request.POST))
    draft = drafts.find(NEW, "", by=request.user)
    form = PatientForm(initial=draft.fields if draft else None)
    arrival = _arrival(initial=draft.fields if draft else None)
    likenesses = _likenesses(PatientForm(draft.fields)) if draft else []
    return _page(request, form, arrival, likenesses, draft=draft)


@require_POST
@access("patients.register")
def alike(request: StaffRequest) -> HttpResponse:
    """Who looks like the person being typed."""
    page = {"likenesses": _likenesses(PatientForm(request.POST)), "sent": request.POST}
    return render(request, "patients/alike.html", page)


def _register(request: StaffRequest, form: PatientForm, arrival: ArrivalForm) -> HttpResponse:
    if form.is_valid() and arrival.is_valid():
        try:
            answer = _once(request, form, arrival)
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            _tell(request, answer)
            return redirect("patients:record", answer["patient"])
    return _page(request, form, arrival, _likenesses(form), status=422)


def _once(request: StaffRequest, form: PatientForm, arrival: ArrivalForm) -> dict[str, Any]:
    """The patient, and where that was asked for the ticket: both or neither."""
    values, facts = form.values(), arrival.facts()
    is_another, queues = "is_another_person" in request.POST, "queue" in request.POST

    def work() -> dict[str, Any]:
        made = patients.register(values, is_another_person=is_another, by=request.user)
        drafts.discard(NEW, "", by=request.user)
        ticket = arrivals.arrive(made.pk, by=request.user, **facts) if queues else None
        return {"patient": str(made.pk), "ticket": str(ticket.pk) if ticket else ""}

    content = {**values, "another": is_another, "queue": queues, **arrival.content()}
    key = form.cleaned_data["key"]
    return once(key, work, action=NEW, content=content, by=request.user)


def _tell(request: StaffRequest, answer: dict[str, Any]) -> None:
    patient = Patient.objects.get(pk=answer["patient"])
    if answer.get("ticket"):
        say(request, **queued(patient, Ticket.objects.get(pk=answer["ticket"])))
    else:
        name = person_name(patient.family_name, patient.given_names)
        say(request, f"{name} is registered.")


def _arrival(data: Any = None, initial: Any = None) -> ArrivalForm:
    return ArrivalForm(data, initial=initial, first_stop=arrivals.first_stop())


def _likenesses(form: PatientForm) -> list[Likeness]:
    return find_alike(form.candidate())


def _page(
    request: StaffRequest,
    form: PatientForm,
    arrival: ArrivalForm,
    likenesses: list[Likeness],
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    page = {
        "form": form,
        "arrival": arrival,
        "likenesses": likenesses,
        "sent": request.POST,
        **more,
    }
    return render(request, "patients/register.html", page, status=status)
