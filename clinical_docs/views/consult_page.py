"""The page of a consultation: what is known, the note, orders, and the way on."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from clinical_docs.queries.consult import SHOWN_VISITS, earlier_visits, open_orders
from clinical_docs.queries.record import Measured, measured
from clinical_docs.views.closing_parts import closing_of
from clinical_docs.views.note_parts import note_of_page
from core.accounts.access import StaffRequest
from core.clock import today
from core.errors import ServiceUnavailable
from core.shell.context import address
from core.timeline import queries
from core.timeline.queries import Head
from patients.models import Visit
from patients.queries.taking import medicines_of
from patients.views.banner import banner_of
from patients.views.problems import panel_of

PLACED = {
    "orders": ("patients:orders", "lab.request"),
    "prescribing": ("patients:prescribing", "prescriptions.write"),
}
"""Fragments of other areas, by where they stand on the page, and who may open each."""


def page(request: StaffRequest, visit: Visit, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of this visit; `more` is what has just happened."""
    head = queries.head(visit.patient_id, request.user)
    note = note_of_page(request, visit)
    is_signed = None if note["signed"] is None else bool(note["signed"])
    context = {
        **banner_of(request, visit.patient, head),
        **strip_of(visit, head),
        **note,
        **panel_of(request, visit.patient, visit),
        **closing_of(request, visit, is_signed=is_signed),
        "placed": _placed(request, visit),
        **more,
    }
    return render(request, "clinical_docs/consult.html", context, status=status)


def _placed(request: StaffRequest, visit: Visit) -> dict[str, str]:
    may = request.user.has_perm
    return {name: address(route, visit.pk) for name, (route, act) in PLACED.items() if may(act)}


def strip_of(visit: Visit, head: Head) -> dict[str, Any]:
    """What the strip at the left draws."""
    earlier = earlier_visits(visit)
    return {
        "visit": visit,
        "patient": visit.patient,
        "head": head,
        "found": _measured(visit.patient_id),
        "today": today(),
        "medicines": medicines_of(visit.patient_id),
        "orders": list(open_orders(visit.patient_id)),
        "earlier": earlier[:SHOWN_VISITS],
        "is_more": len(earlier) > SHOWN_VISITS,
    }


def _measured(patient_id: UUID) -> Measured | None:
    """None while MongoDB does not answer."""
    try:
        return measured(patient_id)
    except ServiceUnavailable:
        return None
