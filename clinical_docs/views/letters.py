"""Letters of a visit: writing, printing, and the public page that says whether one is genuine."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from clinical_docs.domain import letters
from clinical_docs.letter_forms import FORMS, LetterForm
from clinical_docs.models import Letter
from clinical_docs.queries.letters import (
    facts_of,
    letter_by_code,
    letters_for,
    letters_of,
    words_of,
)
from clinical_docs.queries.triage import visits_for
from core import paper
from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.editing.keys import once
from core.errors import ClinicError
from core.timeline import queries as timeline
from patients.models import Visit
from patients.views.banner import banner_of


@require_http_methods(["GET", "POST"])
@access("letters.write")
def write(request: StaffRequest, visit_id: UUID, kind: str) -> HttpResponse:
    """The form with what is known; sent, the letter opens as a PDF. A dialog for a fragment."""
    visit = get_object_or_404(visits_for(request.user), pk=visit_id)
    if kind not in FORMS:
        raise Http404
    facts = facts_of(visit)
    if request.method == "POST":
        form = FORMS[kind](request.POST, facts=facts)
        return _sent(request, visit, form) or _page(request, visit, form, status=422)
    draft = drafts.find(draft_name(kind), str(visit_id), by=request.user)
    form = FORMS[kind](initial=draft.fields if draft else None, facts=facts)
    return _page(request, visit, form, draft=draft)


@require_safe
@access("letters.write")
def show(request: StaffRequest, letter_id: UUID) -> HttpResponse:
    """The letter as a PDF: the first time as it is signed, later marked COPY."""
    letter = get_object_or_404(letters_for(request.user), pk=letter_id)
    words = words_of(letter).get("data", {})
    printed = dict(words.get("paper", {}))
    size = printed.pop("size", "a4")
    is_copy = letters.count_print(letter.pk, by=request.user)
    address = request.build_absolute_uri(reverse("clinical_docs:verify", args=[letter.code]))
    told = {"title": words.get("title", ""), "code": letter.code_in_groups, "address": address}
    return paper.answer(
        request,
        "clinical_docs/letter",
        {**printed, **told, "qr": paper.qr(address)},
        filename=f"{letter.get_kind_display()} {letter.code_in_groups[:4]}",
        size=size,
        copy=is_copy,
        entity_type="letter",
        entity_id=letter.pk,
        patient_id=letter.patient_id,
    )


@require_safe
@never_cache
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """For whoever holds the paper: that it is genuine, who signed it and when. No more."""
    letter = letter_by_code(code)
    return render(
        request, "clinical_docs/verify.html", {"letter": letter}, status=200 if letter else 404
    )


def draft_name(kind: str) -> str:
    return f"letter-{kind}"


def _sent(request: StaffRequest, visit: Visit, form: LetterForm) -> HttpResponse | None:
    """To the PDF; None if something is to be put right first."""
    if not form.is_valid():
        return None
    try:
        letter_id = _once(request, visit, form)
    except ClinicError as error:
        form.add_error(None, str(error))
        return None
    return redirect("clinical_docs:letter", letter_id)


def _once(request: StaffRequest, visit: Visit, form: LetterForm) -> str:
    kind = form.kind

    def work() -> dict[str, Any]:
        letter = letters.write(
            visit.pk,
            kind=kind,
            paper=form.paper(),
            size=form.size,
            valid=form.valid(),
            by=request.user,
        )
        drafts.discard(draft_name(kind.value), str(visit.pk), by=request.user)
        return {"letter": str(letter.pk)}

    content = {**form.cleaned_data, "visit": str(visit.pk)}
    key = form.cleaned_data["key"]
    return str(once(key, work, action="letter", content=content, by=request.user)["letter"])


def _page(
    request: StaffRequest, visit: Visit, form: LetterForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    page = {"visit": visit, "patient": visit.patient, "form": form, "kinds": Letter.Kind, **more}
    page |= {"written": letters_of(visit)}
    if request.htmx:
        return render(request, "clinical_docs/letter.html#letter-dialog", page, status=status)
    head = timeline.head(visit.patient_id, request.user)
    page |= banner_of(request, visit.patient, head)
    return render(request, "clinical_docs/letter.html", page, status=status)
