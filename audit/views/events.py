"""The filtered trail as FHIR R4 AuditEvents, for whoever collects them."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit.queries import archived, people, trail
from audit.queries.state import state
from audit.queries.trail import Cursor
from audit.views import showing, words
from audit.views.explorer import asked
from core.accounts.access import StaffRequest, access
from core.accounts.models import User
from core.reads import tell_as
from core.shell.spreadsheets import stamped

BATCH = 1000
MOST = 20_000
EVENTS = "http://terminology.hl7.org/CodeSystem/audit-event-type"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
PURPOSES = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
ENTITIES = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
# Action of AuditEvent.action [FHIR R4]: create, read, update, delete, execute.
ACTIONS = {"create": "C", "view": "R", "print": "R", "export": "R", "view_audit": "R"}
ACTIONS |= {"update": "U", "delete": "D"}
AT_THE_DOOR = {"login", "login_failed", "logout", "second_factor_failed"}
FAILED = "8"


@require_safe
@access("audit.view")
def events(request: StaffRequest) -> HttpResponse:
    """At most MOST AuditEvents in a Bundle, newest first. Raises ServiceUnavailable."""
    form = showing.form_of(request.GET)
    if not form.is_valid():
        context = showing.shown(request, form) | {"state": state(), "clear_url": "/audit/"}
        return render(request, "audit/explorer.html", context, status=422)
    found = [{"resource": event} for event in _everything(form.filters)]
    if lacks := words.not_here(archived.older_than(form.filters)):
        found.append({"resource": outcome(lacks)})
    tell_as("export", entity_type="audit", format="fhir", filters=asked(form))
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": found}
    answer = HttpResponse(json.dumps(bundle), content_type="application/fhir+json")
    answer["Content-Disposition"] = f'attachment; filename="{stamped("audit")}.json"'
    return answer


def outcome(sentence: str) -> dict[str, Any]:
    """What the reader should know of the Bundle itself [OperationOutcome]."""
    issue = {"severity": "warning", "code": "incomplete", "diagnostics": sentence}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _everything(filters: trail.Filters) -> Iterator[dict[str, Any]]:
    before: Cursor | None = None
    for _ in range(MOST // BATCH):
        found = trail.entries(filters, before, BATCH)
        users = people.names_of(one["user_id"] for one in found if one.get("user_id"))
        yield from (audit_event(one, users.get(str(one.get("user_id")))) for one in found)
        if len(found) < BATCH:
            return
        before = Cursor.after(found[-1])


def audit_event(entry: dict[str, Any], user: User | None) -> dict[str, Any]:
    """An AuditEvent [FHIR R4]. Who, whom, what and where from; values of columns stay here."""
    action = entry["action"]
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": entry["_id"],
        "type": _type(action),
        "subtype": [{"display": action}],
        "action": ACTIONS.get(action, "E"),
        "recorded": entry["timestamp"].isoformat(),
        "outcome": FAILED if action.endswith("_failed") else "0",
        "agent": [_agent(entry, user)],
        "source": {"observer": {"display": settings.CLINIC_NAME}},
        "entity": list(_entities(entry)),
    }
    if entry.get("metadata", {}).get("purpose"):
        event["purposeOfEvent"] = [{"coding": [{"system": PURPOSES, "code": "BTG"}]}]
    if entry.get("reason"):
        event["outcomeDesc"] = entry["reason"]
    return event


def _type(action: str) -> dict[str, str]:
    if action in AT_THE_DOOR:
        return {"system": DICOM, "code": "110114", "display": "User Authentication"}
    return {"system": EVENTS, "code": "rest", "display": "RESTful Operation"}


def _agent(entry: dict[str, Any], user: User | None) -> dict[str, Any]:
    agent: dict[str, Any] = {"requestor": bool(entry.get("user_id"))}
    if entry.get("user_id"):
        who = {"identifier": {"value": entry["user_id"]}}
        agent["who"] = who | ({"display": user.display_name} if user else {})
        agent["role"] = [{"text": role} for role in (user.roles if user else [])]
    if entry.get("ip_address"):
        agent["network"] = {"address": entry["ip_address"], "type": "2"}
    return agent


def _entities(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    shown = entry.get("changes", {}).get("patients", [])
    for patient in [entry["patient_id"]] if entry.get("patient_id") else shown:
        role = {"system": ENTITIES, "code": "1", "display": "Person"}
        yield {"what": {"reference": f"Patient/{patient}"}, "type": role}
    thing: dict[str, Any] = {"name": entry["entity_type"]}
    if entry.get("entity_id"):
        thing["what"] = {"identifier": {"value": entry["entity_id"]}}
    if query := entry.get("changes", {}).get("asked"):
        thing["query"] = base64.b64encode(str(query).encode()).decode()
    elif names := sorted(entry.get("changes") or {}):
        thing["detail"] = [{"type": "field", "valueString": name} for name in names]
    yield thing
