"""Small forms that open in place on the record: a note, vital signs."""

from collections.abc import Callable
from uuid import UUID

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from clinical_docs.domain import notes, vitals
from clinical_docs.forms import NoteForm, VitalsForm
from core.accounts.access import StaffRequest, access
from core.clock import today
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.models import Patient
from patients.queries.record import patient_for
from patients.queries.visits import present_or_last

ADULT_YEARS = 18
WORDS: dict[type[Form], dict[str, str]] = {
    NoteForm: {"title": "Note", "act": "Write a note", "route": "clinical_docs:note"},
    VitalsForm: {
        "title": "Vital signs",
        "act": "Record vital signs",
        "route": "clinical_docs:vitals",
    },
}


@require_http_methods(["GET", "POST"])
@access("notes.write")
def note(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The form; after saving, the button that opens it again."""
    form = NoteForm(request.POST or None)
    visit = _open_visit(_found(request, patient_id))

    def save() -> None:
        text = form.cleaned_data["text"]
        notes.write(patient_id, text=text, visit_id=visit, by=request.user)

    return _answer(request, patient_id, form, save)


@require_http_methods(["GET", "POST"])
@access("vitals.record")
def record_vitals(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The form; after saving, the button that opens it again."""
    form = VitalsForm(request.POST or None)
    patient = _found(request, patient_id)
    visit, adult = _open_visit(patient), is_adult(patient)

    def save() -> None:
        values = form.values()
        vitals.record(patient_id, values=values, visit_id=visit, is_adult=adult, by=request.user)

    return _answer(request, patient_id, form, save)


def is_adult(patient: Patient) -> bool:
    """Ranges are known for adults; without a birth date somebody is taken for one."""
    born = patient.birth_date
    return born is None or (today() - born).days >= ADULT_YEARS * 365.25


def _found(request: StaffRequest, patient_id: UUID) -> Patient:
    patient = patient_for(request.user, patient_id)
    if patient is None:
        raise Http404
    return patient


def _open_visit(patient: Patient) -> UUID | None:
    visit = present_or_last([patient]).get(patient.pk)
    return visit.pk if visit and visit.is_open else None


def _answer(
    request: StaffRequest, patient_id: UUID, form: Form, save: Callable[[], None]
) -> HttpResponse:
    """htmx swaps only what succeeded, so a form to be corrected comes back with 200 as well."""
    page = {"form": form, "patient_id": patient_id, **WORDS[type(form)]}
    if "closed" in request.GET:
        return render(request, "clinical_docs/write.html#opener", page)
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            opener = render(request, "clinical_docs/write.html#opener", page)
            return toast(opener, f"{page['title']} saved.")
    return render(request, "clinical_docs/write.html", page)
