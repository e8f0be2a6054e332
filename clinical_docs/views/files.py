"""The documents of a patient, and one of them to look at."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from clinical_docs.document_forms import (
    AddForm,
    ArchiveForm,
    DescribeForm,
    HoldForm,
    RetainForm,
)
from clinical_docs.models import Document, DocumentVersion
from clinical_docs.policies import categories_for
from clinical_docs.queries import files
from core.accounts.access import StaffRequest, access
from core.files.kinds import ALLOWED_IN_WORDS, KINDS
from core.files.quarantine import most_bytes
from core.reads import shows, tell_as, whole
from core.timeline import queries as timeline
from patients.queries.record import patient_or_404
from patients.views.banner import banner_of

MOST_SHOWN = 500
LOOKED_FOR = 100
SUFFIXES = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".pdf", ".dcm", *KINDS]
SEE = "documents.view"


@require_safe
@access(SEE)
def documents(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """What was added to the record, as far as this person may see it; its list alone for htmx."""
    patient = patient_or_404(request.user, patient_id)
    category, q = request.GET.get("category", ""), request.GET.get("q", "").strip()[:LOOKED_FOR]
    found = files.listed(request.user, patient.pk, category=category, q=q)
    page: dict[str, Any] = {
        "patient": patient,
        "files": found.files[:MOST_SHOWN],
        "found": found,
        "category": category,
        "q": q,
        "may_add": request.user.has_perm("documents.add"),
        "opens": categories_for(request.user),
    }
    if request.htmx:
        return render(request, "clinical_docs/documents.html#document-list", page)
    shows([patient.pk])
    whole(all_of(patient.pk))
    page |= {"form": AddForm(by=request.user), **sending()}
    page |= banner_of(request, patient, timeline.head(patient.pk, request.user))
    return render(request, "clinical_docs/documents.html", page)


@require_safe
@access(SEE)
def document(request: StaffRequest, document_id: UUID) -> HttpResponse:
    """One document to look at, in the version asked for; what is said of it alone for htmx."""
    shown = get_object_or_404(files.listed_for(request.user), pk=document_id)
    return viewer(request, shown)


def viewer(
    request: StaffRequest, shown: Document, *, status: int = 200, **forms: Any
) -> HttpResponse:
    """The page of a document; `forms` are those that were sent and could not be carried out."""
    versions = list(files.versions_of(shown))
    version = _asked_for(request, versions)
    may_open = shown.category in categories_for(request.user)
    page: dict[str, Any] = {
        "document": shown,
        "patient": shown.patient,
        "version": version,
        "versions": versions,
        "is_newest": version.number == shown.number,
        "may_open": may_open,
        "may_change": may_open and request.user.has_perm("documents.add"),
        "may_hold": request.user.has_perm("documents.hold"),
        "pages": range(1, version.pages + 1),
    }
    if request.htmx:
        return render(request, "clinical_docs/document.html#document-said", page)
    tell_version(version, contents=may_open)
    page |= {**_forms(request, shown), **sending(), **forms}
    page["newer"], page["older"] = files.beside(request.user, shown)
    page |= banner_of(request, shown.patient, timeline.head(shown.patient_id, request.user))
    return render(request, "clinical_docs/document.html", page, status=status)


def sending() -> dict[str, Any]:
    """What a page that sends files knows of them."""
    return {
        "accept": ",".join(SUFFIXES),
        "allowed": ALLOWED_IN_WORDS,
        "most_bytes": most_bytes(),
        "most_megabytes": most_bytes() // 1024 // 1024,
    }


def version_or_404(request: StaffRequest, document_id: UUID, number: int) -> DocumentVersion:
    """A version whose contents this person may look into. Raises Http404 for any other."""
    found = DocumentVersion.objects.select_related("document")
    mine = found.filter(document__in=files.documents_for(request.user))
    return get_object_or_404(mine, document=document_id, number=number)


def all_of(patient_id: UUID) -> str:
    """The list of a patient's documents, for the small pictures in it."""
    return f"documents of {patient_id}"


def tell_version(version: DocumentVersion, *, contents: bool = True) -> None:
    """One version of a document is looked at, its pages included where its `contents` are shown."""
    shows([version.patient_id])
    if contents:
        whole(str(version.pk))
    tell_as(
        "view",
        entity_type="document",
        entity_id=version.document_id,
        file_version=version.number,
        contents=contents,
    )


def _asked_for(request: StaffRequest, versions: list[DocumentVersion]) -> DocumentVersion:
    """The newest unless another is named."""
    named = request.GET.get("version", "")
    for version in versions:
        if not named or str(version.number) == named:
            return version
    raise Http404


def _forms(request: StaffRequest, shown: Document) -> dict[str, Any]:
    said = {"title": shown.title, "category": shown.category, "dated_on": shown.dated_on}
    return {
        "describe": DescribeForm(initial={**said, "version": shown.version}, by=request.user),
        "archive": ArchiveForm(),
        "hold": HoldForm(),
        "retain": RetainForm(initial={"until": shown.retention_until}),
    }
