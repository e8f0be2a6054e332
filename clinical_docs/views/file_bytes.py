"""What is in a document, only ever behind the question whether this person may see it.

Nothing of it can act in the browser: it comes with its true type, in a sandbox that allows nothing,
and is kept nowhere.
"""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from clinical_docs.models import DocumentVersion
from clinical_docs.queries import files
from clinical_docs.views.files import SEE, all_of, tell_version, version_or_404
from core.accounts.access import StaffRequest, access
from core.reads import part_of, shows, tell_as

NOTHING_RUNS = "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'"


@require_safe
@access(SEE)
def likeness(request: StaffRequest, document_id: UUID, number: int) -> HttpResponse:
    """The small picture in the list."""
    version = version_or_404(request, document_id, number)
    if not version.thumbnail_key:
        raise Http404
    shows([version.patient_id])
    part_of(all_of(version.patient_id))
    return _shown(files.likeness(version), "image/jpeg")


@require_safe
@access(SEE)
def page(request: StaffRequest, document_id: UUID, number: int, page: int) -> HttpResponse:
    """One page of it, drawn."""
    version = version_or_404(request, document_id, number)
    if not 1 <= page <= version.pages:
        raise Http404
    tell_version(version)
    part_of(str(version.pk))
    if version.mime.startswith("image/"):
        return _shown(files.contents(version), version.mime)
    return _shown(files.page(version, page), "image/jpeg")


@require_safe
@access(SEE)
def download(request: StaffRequest, document_id: UUID, number: int) -> HttpResponse:
    """The file itself, to keep."""
    version = version_or_404(request, document_id, number)
    contents = files.contents(version)
    _tell("download", version)
    answer = _shown(contents, version.mime)
    answer["Content-Disposition"] = str(content_disposition_header(True, version.filename))
    return answer


@require_safe
@access(SEE)
def on_paper(request: StaffRequest, document_id: UUID, number: int) -> HttpResponse:
    """All its pages, for the browser to print."""
    version = version_or_404(request, document_id, number)
    _tell("print", version)
    document = version.document
    shown: dict[str, Any] = {"version": version, "document": document}
    shown |= {"patient": document.patient, "pages": range(1, version.pages + 1)}
    return render(request, "clinical_docs/document_print.html", shown)


def _shown(contents: bytes, mime: str) -> HttpResponse:
    answer = HttpResponse(contents, content_type=mime)
    answer["Content-Security-Policy"] = NOTHING_RUNS
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "no-store, private"
    return answer


def _tell(action: str, version: DocumentVersion) -> None:
    shows([version.patient_id])
    tell_as(
        action,
        entity_type="document",
        entity_id=version.document_id,
        file_version=version.number,
        filename=version.filename,
    )
