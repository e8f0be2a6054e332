"""Prescribing: lines typed in one go, read while typed, checked before they are signed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from core.accounts.access import StaffRequest, access
from core.editing import drafts
from core.timeline import queries
from patients.domain.lines.line import render as in_full
from patients.domain.prescriptions import line_of
from patients.models import PrescriptionItem, Visit
from patients.queries.visits import visit_or_404
from patients.views.banner import banner_of
from patients.views.prescription_lines import panel_of, typed_line

DRAFT = "prescribing"
PAGE = "patients/prescribing.html"


@require_safe
@access("prescriptions.write")
def prescribing(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """The panel for whoever embeds it; a page of its own for whoever opens its address.

    `?line=` opens a draft line for changing; else the box holds what was being typed.
    """
    visit = visit_or_404(request.user, visit_id)
    if request.htmx:
        return panel(request, visit, sent=_kept(request, visit))
    head = queries.head(visit.patient_id, request.user)
    context = {**panel_of(request.user, visit, _kept(request, visit))}
    context |= banner_of(request, visit.patient, head)
    return render(request, PAGE, context)


@require_POST
@access("prescriptions.write")
def read(request: StaffRequest, visit_id: UUID) -> HttpResponse:
    """What is being typed, as it is understood, with what speaks against it."""
    visit = visit_or_404(request.user, visit_id)
    typed = typed_line(visit, request.POST)
    return render(request, f"{PAGE}#read", {"visit": visit, "typed": typed})


def panel(
    request: StaffRequest,
    visit: Visit,
    *,
    sent: Mapping[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The panel as it is now, with `sent` still in the box."""
    context = panel_of(request.user, visit, sent or {})
    return render(request, f"{PAGE}#panel", {**context, "error": error}, status=status)


def _kept(request: StaffRequest, visit: Visit) -> Mapping[str, str]:
    """What the box holds: the line to change, or the draft of this person."""
    wanted = request.GET.get("line", "")
    if wanted:
        return _to_change(request, visit, wanted)
    draft = drafts.find(DRAFT, str(visit.pk), by=request.user)
    return draft.fields if draft else {}


def _to_change(request: StaffRequest, visit: Visit, wanted: str) -> dict[str, Any]:
    mine = PrescriptionItem.objects.filter(
        prescription__visit=visit, prescription__prescriber=request.user
    )
    line_id = as_id(wanted)
    item = mine.select_related("item").filter(pk=line_id).first() if line_id else None
    if item is None:
        return {}
    return {"text": in_full(line_of(item)), "line": str(item.pk), "version": str(item.version)}


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
