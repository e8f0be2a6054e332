"""Who is this? The strip on top of every page of a patient."""

from contextlib import suppress
from typing import Any
from uuid import uuid4

from django.urls import Resolver404, resolve, reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html

from core.accounts.access import StaffRequest
from core.clock import today
from core.phones import in_groups
from core.shell.acts import Act
from core.shell.words import clinic_date, clinic_time, money
from core.timeline.queries import Head
from patients.models import Patient, Visit

QUEUE = Act("Queue", weight="soft", icon="ticket", key="q", form="arrive-now")
"""One press queues at the usual first stop; the dialog beside it asks for more."""
QUEUE_OTHERWISE = Act("Queue for…", opens="arrive")
BOOK = ("appointments.book", "Book", "patients:book_for", "")
CARD = "patients:id_card"
ACTS = (
    ("patients.view", "Open record", "patients:record", "r"),
    BOOK,
    ("documents.view", "Documents", "clinical_docs:documents", "i"),
    ("patients.register", "ID card", CARD, ""),
    ("audit.view_record", "Audit trail", "audit:patient", ""),
    ("billing.take_payment", "Till", "billing:till_of", "t"),
    ("patients.edit", "Edit", "patients:edit", "e"),
    ("patients.restrict", "Restrict", "patients:restrict", ""),
)


def banner_of(request: StaffRequest, patient: Patient, head: Head) -> dict[str, Any]:
    """What `patients/banner.html` draws."""
    may_queue = _may_queue(request, patient, head)
    return {
        "allergies": head.facts.get("allergies"),
        "facts": _facts(request, patient, head),
        "acts": [*_desk_acts(request, head, may_queue=may_queue), *_acts(request, patient, head)],
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


def _facts(request: StaffRequest, patient: Patient, head: Head) -> list[tuple[str, str]]:
    facts = [("phone", in_groups(patient.phone) or "Not known")]
    if destroyed_at := head.facts.get("shredded_at"):
        facts = [("contents of this record", f"destroyed on {clinic_date(destroyed_at)}")]
    if visit := head.facts.get("open_visit"):
        facts.append(("visit", _visit(request, visit)))
    if booked := head.facts.get("next_appointment"):
        facts.append(("next appointment", _appointment_in_words(booked)))
    if "balance" in head.facts:
        facts.append(("balance", money(head.facts["balance"])))
    return facts


def _visit(request: StaffRequest, visit: dict[str, Any]) -> str:
    """For those who may read there, a link to the visit's own page."""
    words, address = _visit_in_words(visit), _address_of(visit)
    if not request.user.has_perm("patients.view_clinical") or address == _page_of(request):
        return words
    return format_html('<a href="{}">{}</a>', address, words)


def _address_of(visit: dict[str, Any]) -> str:
    return reverse("clinical_docs:consult", args=[visit["id"]])


def _page_of(request: StaffRequest) -> str:
    """The page somebody is on, also when it asks for its banner alone."""
    here = request.htmx.current_url_abs_path if request.htmx else ""
    return (here or request.path).partition("?")[0]


def _is_visit_page(request: StaffRequest) -> bool:
    with suppress(Resolver404):
        return resolve(_page_of(request)).view_name == "clinical_docs:consult"
    return False


def _visit_in_words(visit: dict[str, Any]) -> str:
    """`A012, in consultation since 09:12, Room 2`."""
    since = clinic_time(parse_datetime(visit["opened_at"]))
    place = f", {visit['room']}" if visit["room"] else ""
    ticket = f"{visit['ticket']['label']}, " if visit.get("ticket") else ""
    return f"{ticket}{Visit.State(visit['state']).label} since {since}{place}"


def _appointment_in_words(booked: dict[str, Any]) -> str:
    """`Today 11:30, Dr Amina Diallo`."""
    at = parse_datetime(booked["at"])
    is_today = clinic_date(at) == clinic_date(today())
    day = "Today" if is_today else clinic_date(at)
    return f"{day} {clinic_time(at)}, {booked['with']}"


def _acts(request: StaffRequest, patient: Patient, head: Head) -> list[Act]:
    """What this person may open of the patient, but for the page they are on."""
    may = request.user.has_perm
    acts = [
        Act(text, reverse(name, args=[patient.pk]), key=key, paper=name == CARD)
        for permission, text, name, key in ACTS
        if may(permission)
    ]
    visit = head.facts.get("open_visit")
    if visit and may("consult.write"):
        acts.insert(0, Act("Open visit", _address_of(visit), weight="soft", key="c"))
    others = [act for act in acts if act.url != _page_of(request)]
    # There the visit's own acts come first: papers are printed from the record.
    return [act for act in others if act.key] if _is_visit_page(request) else others
