"""Handing out a prescription: the sheet, what is pressed on it, and what was done."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.access import StaffRequest, access
from core.clock import today
from core.editing import drafts
from core.editing.keys import once
from core.errors import ClinicError, NotAllowed
from core.shell.words import person_name
from core.timeline import queries as timeline
from patients.domain import dispensing, returns
from patients.models import Dispense, Prescription
from patients.queries import dispensing as queries
from patients.views.banner import banner_of
from patients.views.dispense_done import done_with
from patients.views.dispense_sheet import Sheet, decisions, sheet
from patients.views.dispense_typed import identifier, number
from patients.views.pharmacy import line_up

DRAFT = "dispense"


class NotWhole(ClinicError):
    """A form without its key."""


@require_http_methods(["GET", "POST"])
@access("prescriptions.view")
def dispense(request: StaffRequest, prescription_id: UUID) -> HttpResponse:
    """The sheet, with what this person was typing; or what has just been done (`?done=`)."""
    prescription = _prescription(prescription_id)
    if request.method == "POST":
        return _sent(request, prescription)
    if done := identifier(request.GET.get("done", "")):
        return _done(request, prescription, done)
    return _page(request, prescription, _as_left(request, prescription))


@require_POST
@access("prescriptions.dispense")
def dispense_sheet(request: StaffRequest, prescription_id: UUID) -> HttpResponse:
    """The sheet as the shelves are now, with what was typed and what was pressed."""
    prescription = _prescription(prescription_id)
    made = sheet(prescription, request.POST.dict(), way=request.POST.get("way", ""))
    _say_changed(made, request.POST.get("revision", ""))
    return render(request, "patients/dispense.html#sheet", _sheet(request, made))


@require_POST
@access("prescriptions.dispense")
def dispense_undo(request: StaffRequest, dispense_id: UUID) -> HttpResponse:
    """Take back everything that was done in the same act."""
    found = get_object_or_404(Dispense, pk=dispense_id)
    prescription_id = found.prescription_item.prescription_id
    try:
        returns.undo([one.pk for one in queries.same_act(found)], by=request.user)
    except ClinicError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Taken back: the shelves and the line-up are as before.")
    return redirect("patients:dispense", prescription_id)


def _sent(request: StaffRequest, prescription: Prescription) -> HttpResponse:
    if not request.user.has_perm("prescriptions.dispense"):
        raise NotAllowed("Your role may look at prescriptions, not hand them out.")
    made = sheet(prescription, request.POST.dict())
    try:
        done = _once(request, prescription, made)
    except dispensing.LinesRefused as refused:
        again = sheet(prescription, request.POST.dict(), refusals=refused.refusals)
        return _page(request, prescription, again, status=409)
    except ClinicError as error:
        again = sheet(_prescription(prescription.pk), request.POST.dict())
        again.changed = str(error)
        return _page(request, again.prescription, again, status=409)
    name = person_name(prescription.patient.family_name, prescription.patient.given_names)
    messages.success(request, f"{name}: {made.did}.")
    return redirect(f"{reverse('patients:dispense', args=[prescription.pk])}?done={done}")


def _once(request: StaffRequest, prescription: Prescription, made: Sheet) -> str:
    """The first row of what was done, however often the form is sent."""
    asked = decisions(made)

    def work() -> dict[str, Any]:
        version = int(number(request.POST.get("revision")) or 0)
        done = dispensing.dispense(prescription.pk, asked, version=version, by=request.user)
        drafts.discard(DRAFT, str(prescription.pk), by=request.user)
        return {"dispense": str(done[0].pk)}

    key = identifier(request.POST.get("key", ""))
    if key is None:
        raise NotWhole("The form was not whole when it was sent. Look it over and send it again.")
    content = {"prescription": prescription.pk, "fields": _content(request)}
    return str(once(key, work, action=DRAFT, content=content, by=request.user)["dispense"])


def _content(request: StaffRequest) -> dict[str, Any]:
    return {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}


def _prescription(prescription_id: UUID) -> Prescription:
    known = Prescription.objects.select_related("patient", "prescriber", "visit__patient")
    return get_object_or_404(known.exclude(state="draft"), pk=prescription_id)


def _say_changed(made: Sheet, revision: str) -> None:
    """Whoever has the sheet open learns who dispensed of it meanwhile."""
    if revision and revision != str(made.revision):
        made.changed = dispensing.who_did_it(made.prescription)


def _as_left(request: StaffRequest, prescription: Prescription) -> Sheet:
    """With what this person has typed on it and not sent yet."""
    draft = drafts.find(DRAFT, str(prescription.pk), by=request.user)
    made = sheet(prescription, draft.fields if draft else None)
    _say_changed(made, draft.fields.get("revision", "") if draft else "")
    return made


def _done(request: StaffRequest, prescription: Prescription, done: UUID) -> HttpResponse:
    context = _around(request, prescription, sheet(prescription))
    context["done"] = done_with(prescription, done, context["turns"], by=request.user)
    return render(request, "patients/dispense.html", context)


def _page(
    request: StaffRequest, prescription: Prescription, made: Sheet, *, status: int = 200
) -> HttpResponse:
    context = _around(request, prescription, made)
    return render(request, "patients/dispense.html", context, status=status)


def _around(request: StaffRequest, prescription: Prescription, made: Sheet) -> dict[str, Any]:
    patient = prescription.patient
    head = timeline.head(patient.pk, request.user)
    return {
        **_sheet(request, made),
        **line_up(request, prescription.pk),
        **banner_of(request, patient, head),
    }


def _sheet(request: StaffRequest, made: Sheet) -> dict[str, Any]:
    """What `patients/dispense.html#sheet` draws."""
    return {
        "sheet": made,
        "prescription": made.prescription,
        "patient": made.prescription.patient,
        "owed": list(queries.owed_before(made.prescription)),
        "may_dispense": request.user.has_perm("prescriptions.dispense"),
        "today": today(),
    }
