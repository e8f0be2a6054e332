"""Who is this? The strip on top of every page of a patient."""

from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime

from core.accounts.access import StaffRequest
from core.phones import in_groups
from core.shell.acts import Act
from core.shell.words import clinic_time, money
from core.timeline.queries import Head
from patients.models import Patient, Visit

ACTS = (
    ("audit.view_record", "Audit trail", "audit:patient", ""),
    ("patients.edit", "Edit", "patients:edit", "e"),
)


def banner_of(request: StaffRequest, patient: Patient, head: Head) -> dict[str, Any]:
    """What `patients/banner.html` draws."""
    return {
        "allergies": head.facts.get("allergies") or [],
        "facts": _facts(patient, head),
        "acts": _acts(request, patient),
    }


def _facts(patient: Patient, head: Head) -> list[tuple[str, str]]:
    facts = [("phone", in_groups(patient.phone) or "Not known")]
    if visit := head.facts.get("open_visit"):
        facts.append(("visit", _visit_in_words(visit)))
    if "balance" in head.facts:
        facts.append(("balance", money(head.facts["balance"])))
    return facts


def _visit_in_words(visit: dict[str, Any]) -> str:
    """`In consultation since 09:12, Room 2`."""
    since = clinic_time(parse_datetime(visit["opened_at"]))
    place = f", {visit['room']}" if visit["room"] else ""
    return f"{Visit.State(visit['state']).label} since {since}{place}"


def _acts(request: StaffRequest, patient: Patient) -> list[Act]:
    """What this person may open of the patient, but for the page they are on."""
    may = request.user.has_perm
    acts = [
        Act(text, reverse(name, args=[patient.pk]), key=key)
        for permission, text, name, key in ACTS
        if may(permission)
    ]
    return [act for act in acts if act.url != request.path]
