"""Adding files, and changing what is said of a document."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from clinical_docs.document_forms import (
    AddForm,
    ArchiveForm,
    DescribeForm,
    HoldForm,
    RetainForm,
    VersionForm,
)
from clinical_docs.domain import files
from clinical_docs.domain.asking import Asks, Changed
from clinical_docs.models import Document
from clinical_docs.queries.files import documents_for, listed_for
from clinical_docs.views.files import viewer
from core.accounts.access import StaffRequest, access
from core.errors import ClinicError
from core.files.quarantine import Quarantined, is_too_large, most_bytes
from core.shell.toasts import say
from patients.queries.record import patient_or_404

ADD, HOLD = "documents.add", "documents.hold"
TOO_LARGE = "The file is larger than {} MB. Scan it at 200 dpi, or save it smaller."
MISSING = "No file arrived. Choose it again."


@require_POST
@access(ADD)
def add(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """One file and what is said of it. The page's script shows the answer beside the file."""
    patient = patient_or_404(request.user, patient_id)
    form = AddForm(request.POST, by=request.user)
    if refused := _unfit_to_send(request, form):
        return refused
    said, confirmed = form.details(), form.cleaned_data["confirmed"]
    return _sent(
        lambda: files.add(patient.pk, _file(request), said, by=request.user, confirmed=confirmed)
    )


@require_POST
@access(ADD)
def add_version(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """One file that takes the place of the version that was shown."""
    shown = get_object_or_404(documents_for(request.user), pk=document_id)
    form = VersionForm(request.POST)
    if refused := _unfit_to_send(request, form):
        return refused
    base, confirmed = form.cleaned_data["base"], form.cleaned_data["confirmed"]
    return _sent(
        lambda: files.add_version(
            shown.pk, _file(request), base=base, by=request.user, confirmed=confirmed
        )
    )


@require_POST
@access(ADD)
def describe(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """Another title, category or day."""
    shown = get_object_or_404(documents_for(request.user), pk=document_id)
    form = DescribeForm(request.POST, by=request.user)

    def work() -> str:
        said = form.details()
        files.describe(shown.pk, said, version=form.cleaned_data["version"], by=request.user)
        return "Saved."

    return _changed(request, shown, "describe", form, work)


@require_POST
@access(ADD)
def archive(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """Out of the list, for a reason."""
    shown = get_object_or_404(documents_for(request.user), pk=document_id)
    form = ArchiveForm(request.POST)

    def work() -> str:
        files.archive(shown.pk, reason=form.cleaned_data["reason"], by=request.user)
        return f"“{shown.title}” is archived."

    undo = reverse("clinical_docs:document_restore", args=[shown.pk])
    return _changed(request, shown, "archive", form, work, undo=undo)


@require_POST
@access(ADD)
def restore(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """Back into the list."""
    shown = get_object_or_404(documents_for(request.user), pk=document_id)
    files.restore(shown.pk, by=request.user)
    return _back(request, shown, f"“{shown.title}” is in the list again.")


@require_POST
@access(HOLD)
def hold(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """A legal hold, or its end."""
    shown = get_object_or_404(listed_for(request.user), pk=document_id)
    if "release" in request.POST:
        files.hold(shown.pk, reason="", by=request.user)
        return _back(request, shown, "The hold is released.")
    form = HoldForm(request.POST)

    def work() -> str:
        files.hold(shown.pk, reason=form.cleaned_data["reason"], by=request.user)
        return "On legal hold."

    return _changed(request, shown, "hold", form, work)


@require_POST
@access(HOLD)
def retain(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """Until when it is kept at least."""
    shown = get_object_or_404(listed_for(request.user), pk=document_id)
    form = RetainForm(request.POST)

    def work() -> str:
        files.retain(shown.pk, until=form.cleaned_data["until"], by=request.user)
        return "Saved."

    return _changed(request, shown, "retain", form, work)


def _file(request: StaffRequest) -> Quarantined:
    sent = request.FILES["file"]
    assert isinstance(sent, Quarantined)  # noqa: S101  (FILE_UPLOAD_HANDLERS has no other)
    return sent


def _unfit_to_send(request: StaffRequest, form: Any) -> HttpResponse | None:
    """What is wrong before anybody looks into the file."""
    if is_too_large(request):
        said = TOO_LARGE.format(most_bytes() // 1024 // 1024)
        return JsonResponse({"errors": {"file": said}}, status=413)
    errors = {name: " ".join(map(str, said)) for name, said in form.errors.items()}
    if "file" not in request.FILES:
        errors["file"] = MISSING
    return JsonResponse({"errors": errors}, status=422) if errors else None


def _sent(work: Callable[[], Document]) -> HttpResponse:
    """What became of a file: added, a question, a colleague's newer version, or what is wrong."""
    try:
        document = work()
    except Asks as asked:
        answer = {"asks": str(asked), "about": asked.about, **_link(asked.document)}
        return JsonResponse(answer, status=409)
    except Changed as error:
        newer = {"base": error.document.number, **_link(error.document)}
        return JsonResponse({"errors": {"file": str(error)}, **newer}, status=409)
    except ClinicError as error:
        return JsonResponse({"errors": {"file": str(error)}}, status=422)
    return JsonResponse({"title": document.title, **_link(document)}, status=201)


def _link(document: Document | None) -> dict[str, str]:
    return {"url": reverse("clinical_docs:document", args=[document.pk])} if document else {}


def _changed(
    request: StaffRequest,
    shown: Document,
    name: str,
    form: Any,
    work: Callable[[], str],
    *,
    undo: str = "",
) -> HttpResponse:
    """Back to the document, or its page with what is to be put right and what was typed."""
    if form.is_valid():
        try:
            return _back(request, shown, work(), undo=undo)
        except Changed as error:
            form.add_error(None, str(error))
            form.data = {**form.data.dict(), "version": error.document.version}
        except ClinicError as error:
            form.add_error(None, str(error))
    shown.refresh_from_db()
    return viewer(request, shown, status=422, **{name: form}, opened=name)


def _back(request: StaffRequest, shown: Document, said: str, *, undo: str = "") -> HttpResponse:
    say(request, said, undo=undo)
    if request.htmx:
        return HttpResponseClientRedirect(reverse("clinical_docs:document", args=[shown.pk]))
    return redirect("clinical_docs:document", shown.pk)
