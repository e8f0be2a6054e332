"""What the desk prints."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from core import paper
from core.accounts.access import StaffRequest, access
from core.shell.words import clinic_date, clinic_datetime
from patients.models import Room, Ticket
from patients.queries.arrivals import waiting_before
from patients.queries.codes import patient_code, ticket_code
from patients.queries.paper import on_paper
from patients.queries.queue import ticket_for
from patients.queries.record import patient_or_404


@require_safe
@access("queue.view")
def ticket(request: StaffRequest, ticket_id: UUID) -> HttpResponse:
    """The ticket for a roll of 80 mm, or with `?size=label` for a label."""
    held = ticket_for(request.user, ticket_id)
    if held is None:
        raise Http404
    return paper.answer(
        request,
        "patients/ticket",
        _ticket(held),
        filename=held.label,
        size="label" if request.GET.get("size") == "label" else "roll",
        entity_type="ticket",
        entity_id=held.pk,
        patient_id=held.patient_id,
    )


@require_safe
@access("patients.view")
def id_card(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The patient's card: who it is, and a code that opens the record."""
    patient = patient_or_404(request.user, patient_id)
    about = on_paper(patient)
    # A card is kept for years: the birth date stays true, the age does not.
    about["facts"][0] = ["born", clinic_date(patient.birth_date)]
    data = {"patient": about, "qr": paper.qr(patient_code(patient.mrn))}
    return paper.answer(
        request,
        "patients/id_card",
        data,
        filename=f"Card {patient.mrn}",
        size="card",
        entity_type="patient",
        entity_id=patient.pk,
        patient_id=patient.pk,
    )


def _ticket(held: Ticket) -> dict[str, Any]:
    before = waiting_before(held)
    return {
        "label": held.label,
        "service": _place(held),
        "provider": held.provider.display_name if held.provider else "",
        "before": f"{before} before you" if before else "You are next",
        "at": clinic_datetime(held.queued_at),
        "qr": paper.qr(ticket_code(held.service_day, held.prefix, held.number)),
    }


def _place(held: Ticket) -> str:
    service = Room.Kind(held.service).label
    return f"{service}, {held.room}" if held.room else str(service)
