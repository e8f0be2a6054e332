"""Small forms that open in place on the record: a note, vital signs."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from clinical_docs.domain import notes, vitals
from clinical_docs.forms import NoteForm, VitalsForm, WritingForm
from clinical_docs.queries.previous import previous
from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.editing.keys import once
from core.errors import ClinicError
from core.shell.toasts import toast
from patients.models import Patient
from patients.queries.record import patient_or_404
from patients.queries.visits import present_or_last

NOTE = {
    "title": "Note",
    "act": "Write a note",
    "route": "clinical_docs:note",
    "draft": "note",
    "sign": "edit",
    "letter": "w",
}
VITALS = {
    "title": "Vital signs",
    "act": "Record vital signs",
    "route": "clinical_docs:vitals",
    "draft": "vital-signs",
    "sign": "plus",
    "letter": "v",
}


@require_http_methods(["GET", "POST"])
@access("notes.write")
def note(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The form; after saving, the button that opens it again."""
    visit = _open_visit(patient_or_404(request.user, patient_id))

    def save(form: WritingForm) -> None:
        text = form.cleaned_data["text"]
        notes.write(patient_id, text=text, visit_id=visit, by=request.user)

    return _answer(request, patient_id, NoteForm, save, NOTE)


@require_http_methods(["GET", "POST"])
@access("vitals.record")
def record_vitals(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The form; after saving, the button that opens it again."""
    patient = patient_or_404(request.user, patient_id)
    visit, known = _open_visit(patient), previous(patient_id)
    form = partial(VitalsForm, whom=vitals.whom_of(patient))

    def save(form: Any) -> None:
        vitals.record(
            patient_id,
            values=form.values(),
            scale_2=form.scale_is_2,
            visit_id=visit,
            by=request.user,
        )

    return _answer(request, patient_id, form, save, {**VITALS, "previous": known})


def _open_visit(patient: Patient) -> UUID | None:
    visit = present_or_last([patient]).get(patient.pk)
    return visit.pk if visit and visit.is_open else None


def _answer(
    request: StaffRequest,
    patient_id: UUID,
    make: Callable[..., WritingForm],
    save: Callable[[Any], None],
    words: dict[str, Any],
) -> HttpResponse:
    """The form as this person left it, or the button that opens it."""
    page = {"patient_id": patient_id, **words}
    draft = drafts.find(words["draft"], str(patient_id), by=request.user)
    if "closed" in request.GET:
        return render(request, "clinical_docs/write.html#opener", {**page, "kept": draft})
    if request.method == "POST":
        return _sent(request, make(request.POST), save, page)
    form = make(initial=draft.fields if draft else None)
    return render(request, "clinical_docs/write.html", {**page, "form": form, "kept": draft})


def _sent(
    request: StaffRequest,
    form: WritingForm,
    save: Callable[[Any], None],
    page: dict[str, Any],
) -> HttpResponse:
    if form.is_valid():
        try:
            _save_once(request, form, save, page)
        except ClinicError as error:
            form.add_error(None, str(error))
        else:
            opener = render(request, "clinical_docs/write.html#opener", page)
            # The writer's own page asks at once: what is saved is merged from the outbox.
            trigger_client_event(opener, f"live:patient:{page['patient_id']}")
            return toast(opener, f"{page['title']} saved.")
    return render(request, "clinical_docs/write.html", {**page, "form": form}, status=422)


def _save_once(
    request: StaffRequest,
    form: WritingForm,
    save: Callable[[Any], None],
    page: dict[str, Any],
) -> None:
    patient_id = str(page["patient_id"])

    def work() -> dict[str, Any]:
        save(form)
        drafts.discard(page["draft"], patient_id, by=request.user)
        return {}

    content = {**form.cleaned_data, "patient": patient_id}
    once(form.cleaned_data["key"], work, action=page["draft"], content=content, by=request.user)
