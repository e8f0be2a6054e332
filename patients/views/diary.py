"""Today: who is booked when, and one click for whoever comes in."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from core import paper
from core.accounts.access import StaffRequest, access
from core.clock import today as this_day
from core.errors import ClinicError
from core.reads import tell_as
from core.shell.spreadsheets import csv_answer
from core.shell.toasts import Link, toast
from core.shell.words import clinic_date, person_name
from patients.domain import appointments, visits
from patients.models import Appointment
from patients.queries.appointments import appointment_or_404
from patients.queries.dates import parse_date
from patients.queries.day import FILTERS, Day, Slot, plan_of
from patients.views.arrive import heard, here, queued

LABELS = {
    "all": "All",
    "due": "To arrive",
    "here": "Here",
    "late": "Late",
    "missed": "Did not come",
    "off": "Cancelled",
}
HEAD = ["Time", "Until", "Patient", "Born", "MRN", "With", "Room", "Reason", "State"]


@require_safe
@access("appointments.view")
def today(request: StaffRequest) -> HttpResponse:
    """The plan of the day; of another one with `?day=`, of one provider with `?provider=`."""
    day, show = day_asked(request), request.GET.get("show", "all")
    plan = plan_of(request.user, day)
    chosen = request.GET.get("provider", "")
    page = {
        "plan": plan,
        "show": show if show in FILTERS else "all",
        "chosen": chosen,
        "columns": plan.columns(show, chosen),
        "chips": [(name, LABELS[name], count) for name, count in plan.counts.items()],
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "may": _may(request),
        "key": uuid4(),
    }
    return render(
        request, "patients/today.html#day" if request.htmx else "patients/today.html", page
    )


@require_safe
@access("appointments.view")
def as_csv(request: StaffRequest) -> HttpResponse:
    """The day as a file for a spreadsheet."""
    plan = plan_of(request.user, day_asked(request))
    tell_as("export", entity_type="appointment", format="csv", day=plan.date, rows=len(plan.slots))
    return csv_answer(f"appointments-{plan.date}", HEAD, (cells(slot) for slot in plan.slots))


@require_safe
@access("appointments.view")
def on_paper(request: StaffRequest) -> HttpResponse:
    """The day's list on A4."""
    plan = plan_of(request.user, day_asked(request))
    data = {
        "title": f"Appointments of {plan.date:%A} {clinic_date(plan.date)}",
        "rows": _rows(plan),
    }
    return paper.answer(
        request,
        "patients/day_list",
        data,
        filename=f"Appointments {plan.date}",
        entity_type="appointment",
        entity_id=plan.date,
    )


@require_POST
@access("appointments.check_in")
def check_in(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Arrived, with a visit and a ticket."""
    booked = appointment_or_404(request.user, appointment_id)
    try:
        ticket = appointments.check_in(booked.pk, by=request.user)
    except visits.AlreadyHere as error:
        return toast(HttpResponse(status=409), str(error), kind="warn", link=here(error))
    except ClinicError as error:
        return _refused(error, booked)
    undo = reverse("patients:undo_appointment", args=[booked.pk])
    said = {**queued(booked.patient, ticket), "undo": undo}
    return heard(toast(HttpResponse(status=204), **said), booked.patient_id)


@require_POST
@access("appointments.check_in")
def no_show(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Did not come."""
    return _done(request, appointment_id, appointments.no_show, "{name} did not come.")


@require_POST
@access("appointments.book")
def cancel(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Will not come; the time is free."""
    return _done(request, appointment_id, appointments.cancel, "{name}: appointment cancelled.")


@require_POST
@access("appointments.check_in")
def undo(request: StaffRequest, appointment_id: UUID) -> HttpResponse:
    """Booked again."""
    return _done(request, appointment_id, appointments.undo, "{name} is booked again.", last=True)


def day_asked(request: StaffRequest) -> date:
    """The day in the address; what is no day is today."""
    return parse_date(request.GET.get("day", "")) or this_day()


def cells(slot: Slot) -> list[str]:
    """One line of the list."""
    booked = slot.booked
    return [
        f"{slot.begins:%H:%M}",
        f"{slot.ends:%H:%M}",
        person_name(booked.patient.family_name, booked.patient.given_names),
        clinic_date(booked.patient.birth_date),
        str(booked.patient.mrn),
        str(booked.provider),
        str(booked.room or ""),
        booked.reason,
        str(booked.get_state_display()),
    ]


def _done(
    request: StaffRequest,
    appointment_id: UUID,
    act: Callable[..., Appointment],
    said: str,
    *,
    last: bool = False,
) -> HttpResponse:
    booked = appointment_or_404(request.user, appointment_id)
    try:
        act(booked.pk, by=request.user)
    except ClinicError as error:
        return _refused(error, booked)
    name = person_name(booked.patient.family_name, booked.patient.given_names)
    back = "" if last else reverse("patients:undo_appointment", args=[booked.pk])
    answer = toast(HttpResponse(status=204), said.format(name=name), undo=back)
    return heard(answer, booked.patient_id)


def _refused(error: ClinicError, booked: Appointment) -> HttpResponse:
    record = Link("Open the record", reverse("patients:record", args=[booked.patient_id]))
    answer = toast(HttpResponse(status=409), str(error), kind="warn", link=record)
    return heard(answer, booked.patient_id)


def _may(request: StaffRequest) -> dict[str, bool]:
    may = request.user.has_perm
    arrives = may("appointments.check_in") and may("visits.open")
    return {"check_in": arrives, "book": may("appointments.book")}


def _rows(plan: Day) -> list[list[Any]]:
    """Time, patient, born, with, reason and state, without what was cancelled."""
    kept = (0, 2, 3, 4, 5, 7, 8)
    return [[cells(slot)[place] for place in kept] for slot in plan.shown("all")]
