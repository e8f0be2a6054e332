"""Keeping a time for somebody."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from core.accounts.access import StaffRequest, access
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import say
from core.shell.words import clinic_date, clinic_time
from core.timeline import queries as timeline
from patients.domain import appointments
from patients.forms.appointment import AppointmentForm, beginning
from patients.models import Appointment, Patient
from patients.queries import search
from patients.queries.appointments import next_free
from patients.queries.record import patient_or_404
from patients.views.banner import banner_of

BOOK = "book-appointment"
FOUND = 8


@require_safe
@access("appointments.book")
def book(request: StaffRequest) -> HttpResponse:
    """For whom? With whom and when may be in the address already."""
    found = search.find(request.GET.get("who", ""), most=FOUND)
    page = {"found": found, "q": request.GET.get("who", ""), "rest": _rest(request)}
    template = "patients/book.html#found" if request.htmx else "patients/book.html"
    return render(request, template, page)


@require_http_methods(["GET", "POST"])
@access("appointments.book")
def book_for(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The form; after booking, the day."""
    patient = patient_or_404(request.user, patient_id)
    if request.method == "POST":
        return _book(request, patient, AppointmentForm(request.POST))
    first = {**beginning(request.GET.get("at", "")), "provider": request.GET.get("provider", "")}
    return _page(request, patient, AppointmentForm(initial=first))


def _book(request: StaffRequest, patient: Patient, form: AppointmentForm) -> HttpResponse:
    taken = None
    if form.is_valid():
        try:
            booked = _once(request, patient, form)
        except appointments.Taken as error:
            taken = error
            form.add_error("at", _with_way_out(error, form))
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            return _told(request, booked)
    return _page(request, patient, form, taken=taken, status=422)


def _once(request: StaffRequest, patient: Patient, form: AppointmentForm) -> Appointment:
    def work() -> dict[str, Any]:
        made = appointments.book(patient.pk, by=request.user, **form.facts())
        return {"appointment": str(made.pk)}

    content = {**form.content(), "patient": patient.pk}
    answer = once(form.cleaned_data["key"], work, action=BOOK, content=content, by=request.user)
    known = Appointment.objects.select_related("patient", "provider")
    return known.get(pk=answer["appointment"])


def _with_way_out(error: appointments.Taken, form: AppointmentForm) -> str:
    """`Dr Amina has OKORO, Grace then, until 09:45. Free from 10:15.`"""
    facts = form.facts()
    length = timedelta(minutes=facts["minutes"])
    free = next_free(facts["provider"], facts["begins_at"], length)
    return f"{error} Free from {clinic_time(free)}." if free else str(error)


def _told(request: StaffRequest, booked: Appointment) -> HttpResponse:
    at = timezone.localtime(booked.begins_at)
    when = f"{clinic_date(at)} {clinic_time(at)}"
    undo = reverse("patients:cancel_appointment", args=[booked.pk])
    say(request, f"{booked.patient} is booked: {when} with {booked.provider}.", undo=undo)
    return redirect(f"{reverse('patients:today')}?{urlencode({'day': at.date().isoformat()})}")


def _page(
    request: StaffRequest,
    patient: Patient,
    form: AppointmentForm,
    *,
    taken: appointments.Taken | None = None,
    status: int = 200,
) -> HttpResponse:
    overbooks = bool(taken) and request.user.has_perm("appointments.overbook")
    page = {"patient": patient, "form": form, "may_overbook": overbooks}
    head = timeline.head(patient.pk, request.user)
    page |= banner_of(request, patient, head)
    return render(request, "patients/book_for.html", page, status=status)


def _rest(request: StaffRequest) -> str:
    """With whom and when, for the next page's address."""
    known = {name: request.GET[name] for name in ("provider", "at") if request.GET.get(name)}
    return f"?{urlencode(known)}" if known else ""
