"""Who is this? The strip on top of every page of a patient."""

from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.dateparse import parse_datetime

from core.accounts.access import StaffRequest
from core.phones import in_groups
from core.shell.acts import Act
from core.shell.words import clinic_time, money
from core.timeline.queries import Head
from patients.models import Patient, Visit

QUEUE = Act("Queue", weight="soft", icon="ticket", key="q", form="arrive-now")
"""One press queues at the usual first stop; the dialog beside it asks for more."""
QUEUE_OTHERWISE = Act("Queue for…", opens="arrive")
CARD = "patients:id_card"
ACTS = (
    ("patients.register", "ID card", CARD, ""),
    ("audit.view_record", "Audit trail", "audit:patient", ""),
    ("patients.edit", "Edit", "patients:edit", "e"),
)


def banner_of(request: StaffRequest, patient: Patient, head: Head) -> dict[str, Any]:
    """What `patients/banner.html` draws."""
    may_queue = _may_queue(request, patient, head)
    return {
        "allergies": head.facts.get("allergies") or [],
        "facts": _facts(patient, head),
        "acts": [*_desk_acts(request, head, may_queue=may_queue), *_acts(request, patient)],
        "may_queue": may_queue,
        "key": uuid4(),
    }


def _may_queue(request: StaffRequest, patient: Patient, head: Head) -> bool:
    """Whether this person may start a visit, and the patient can have one."""
    fit = not (patient.deceased_at or patient.merged_into_id or head.facts.get("open_visit"))
    return fit and request.user.has_perm("visits.open")


def _desk_acts(request: StaffRequest, head: Head, *, may_queue: bool) -> list[Act]:
    """Queue somebody who is not here; print the ticket of somebody who is."""
    if may_queue:
        return [QUEUE, QUEUE_OTHERWISE]
    visit = head.facts.get("open_visit") or {}
    if not visit.get("ticket") or not request.user.has_perm("queue.view"):
        return []
    paper = reverse("patients:print_ticket", args=[visit["ticket"]["id"]])
    return [Act("Ticket", paper, icon="printer", paper=True)]


def _facts(patient: Patient, head: Head) -> list[tuple[str, str]]:
    facts = [("phone", in_groups(patient.phone) or "Not known")]
    if visit := head.facts.get("open_visit"):
        facts.append(("visit", _visit_in_words(visit)))
    if "balance" in head.facts:
        facts.append(("balance", money(head.facts["balance"])))
    return facts


def _visit_in_words(visit: dict[str, Any]) -> str:
    """`A012, in consultation since 09:12, Room 2`."""
    since = clinic_time(parse_datetime(visit["opened_at"]))
    place = f", {visit['room']}" if visit["room"] else ""
    ticket = f"{visit['ticket']['label']}, " if visit.get("ticket") else ""
    return f"{ticket}{Visit.State(visit['state']).label} since {since}{place}"


def _acts(request: StaffRequest, patient: Patient) -> list[Act]:
    """What this person may open of the patient, but for the page they are on."""
    may = request.user.has_perm
    acts = [
        Act(text, reverse(name, args=[patient.pk]), key=key, paper=name == CARD)
        for permission, text, name, key in ACTS
        if may(permission)
    ]
    return [act for act in acts if act.url != request.path]
