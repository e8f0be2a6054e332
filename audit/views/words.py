"""The audit in words: tables, columns, values and acts as the clinic calls them."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from audit.models import Archive
from core.capture.names import entity_type
from core.databases.mirror import MirrorModel
from core.shell.words import clinic_date, clinic_datetime

THINGS = {
    "clinical_data": "Clinical entry",
    "document_metadata": "File",
    "audit": "Audit trail",
    "audit_log": "Audit trail",
    "outbox": "Outbox row",
}
# What the act is called once done, and the colour of its tag.
ACTS = {
    "create": ("Created", "ok"),
    "update": ("Changed", "act"),
    "delete": ("Deleted", "danger"),
    "view": ("Viewed", ""),
    "view_audit": ("Viewed trail", ""),
    "print": ("Printed", ""),
    "export": ("Exported", "warn"),
    "download": ("Downloaded", "warn"),
    "login": ("Signed in", ""),
    "login_failed": ("Sign-in failed", "warn"),
    "logout": ("Signed out", ""),
    "locked": ("Locked", ""),
    "unlocked": ("Unlocked", ""),
    "session_ended": ("Session ended", ""),
    "change_password": ("Changed password", ""),
    "set_password": ("Gave a password", "warn"),
    "second_factor_added": ("Second step added", "warn"),
    "second_factor_removed": ("Second step removed", "warn"),
    "second_factor_failed": ("Second step failed", "warn"),
    "forget_failures": ("Failed tries forgotten", "warn"),
    "recovery_codes_made": ("Recovery codes made", ""),
    "search": ("Searched", ""),
    "load": ("Loaded", ""),
    "demo": ("Demo", ""),
    "break_glass": ("Break-glass", "alarm"),
    "refuse": ("Refused", "warn"),
    "deny": ("Denied", "warn"),
    "dispense": ("Dispensed", "ok"),
    "pay": ("Paid", "ok"),
    "refund": ("Refunded", "warn"),
    "verify": ("Verified", "ok"),
    "archive": ("Archived", "ok"),
    "retry": ("Retried", "warn"),
    "discard": ("Discarded", "danger"),
    "shred": ("Shredded", "danger"),
}


def not_here(archive: Archive | None) -> str:
    """What a list that is taken away says of what is not on it; nothing if it is all."""
    if archive is None:
        return ""
    until = clinic_date(timezone.localtime(archive.until))
    return f"Entries up to {until} are in the archive and not in this list."


# Where somebody looked, by the name of the address; any other says it by its own.
PAGES = {
    "patients:record": "the record",
    "patients:banner": "the record",
    "patients:search": "a list of patients",
    "patients:queue": "the queue",
    "patients:ticket": "the queue",
    "patients:today": "the appointments of a day",
    "patients:edit": "the personal details",
    "patients:alike": "a list of patients alike",
    "patients:alike_to": "a list of patients alike",
    "patients:orders": "the orders",
    "patients:prescribing": "the prescription",
    "patients:dispense": "the prescription",
    "patients:pharmacy": "the pharmacy's list",
    "clinical_docs:consult": "the consultation",
    "clinical_docs:visit_note": "the consultation",
    "clinical_docs:strip": "the consultation",
    "clinical_docs:closing": "the consultation",
    "clinical_docs:triage_visit": "the triage",
    "clinical_docs:triage": "the triage's list",
    "clinical_docs:lab": "the laboratory's list",
    "clinical_docs:results": "the list of results",
    "clinical_docs:measured": "the measurements",
    "billing:till": "the till's list",
    "billing:till_of": "the account",
    "billing:invoices": "the list of invoices",
    "home": "the page they begin with",
    "patients:glass": "the closed record",
    "patients:restrict": "who may open it",
    "patients:allergies": "the allergies",
    "patients:allergy_withdraw": "the allergies",
    "patients:arrive": "the arrival",
    "patients:book": "a booking",
    "patients:book_for": "a booking",
    "patients:give_back": "the return of medicines",
    "patients:problems": "the problems",
    "patients:problem_search": "the problems",
    "patients:read_line": "the prescription",
    "patients:register": "the registration",
    "patients:scan": "a scanned code",
    "clinical_docs:vitals": "the measurements",
    "clinical_docs:note": "a note",
    "clinical_docs:note_drafts": "older drafts of the note",
    "clinical_docs:letter": "a letter",
    "clinical_docs:write_letter": "a letter",
    "clinical_docs:documents": "the documents",
    "clinical_docs:document_likeness": "the documents",
    "clinical_docs:document_page": "a document",
    "clinical_docs:triage_next": "the triage",
    "billing:invoice": "an invoice",
    "billing:receipt": "a receipt",
    "billing:refunds": "the list of refunds",
    "billing:shift": "a shift at the till",
    "billing:shift_of": "a shift at the till",
    "billing:shifts": "the list of shifts",
    "audit:explorer": "the audit trail",
    "audit:patient": "the trail of the record",
    "audit:looked": "the list of who saw the record",
    "audit:reviews": "the privacy officer's list",
}
OPENED = "opened the restricted record in an emergency"
DONE = {
    ("break_glass", "patient"): OPENED,
    ("create", "break_glass_grant"): OPENED,
    ("update", "break_glass_grant"): "closed or reviewed that opening",
    ("create", "restriction"): "restricted the record",
    ("delete", "restriction"): "lifted the restriction",
}
"""Acts on a kind of thing that have words of their own."""
DID = {"view": "saw", "print": "printed", "export": "exported", "search": "found in a search"}


def page(name: str) -> str:
    """`the record`, for the address `patients:record`."""
    return PAGES.get(name) or plain(name.rpartition(":")[2]).lower()


def moment(text: str) -> str:
    """A moment as facts keep it, on the clinic's clock."""
    found = parse_datetime(text)
    return clinic_datetime(found) if found else text


def did(acts: Iterable[tuple[str, str, str]]) -> list[str]:
    """`saw the record`, `printed letter`: each once, looking first. (Action, page, kind of thing)."""
    told = {_did(*one) for one in acts}
    return sorted(told, key=lambda text: (not text.startswith("saw"), text))


def _did(action: str, where: str, kind: str) -> str:
    if action == "view":
        return f"saw {page(where)}" if where else f"saw {thing(kind).lower()}"
    if (action, kind) in DONE:
        return DONE[action, kind]
    if action == "view_audit":
        return "looked into who saw it"
    if action == "search":
        return DID[action]
    return f"{DID.get(action) or act(action).lower()} {thing(kind).lower()}"


def act(action: str) -> str:
    """`Changed`, `Signed in`; an act without words of its own as it is written."""
    return ACTS.get(action, (plain(action), ""))[0]


def tone(action: str) -> str:
    return ACTS.get(action, ("", ""))[1]


def thing(name: str) -> str:
    """`Lab request` for `lab_request`."""
    model = _models().get(name)
    return THINGS.get(name) or (sentence(str(model._meta.verbose_name)) if model else plain(name))


def is_row(entry: dict[str, Any]) -> bool:
    """Whether it tells of a row that was written, and not of an act."""
    return bool(entry.get("metadata", {}).get("kind") == "row")


def field(of: str, name: str) -> Any:
    """The column of a kind of thing; None where there is none."""
    model = _models().get(of)
    return _columns(model).get(name) if model else None


def column(name: str, of: str) -> str:
    """`Allergy status` for `allergy_status` of a patient."""
    known = field(of, name)
    return sentence(str(known.verbose_name)) if known else plain(name.removesuffix("_id"))


def value(raw: Any, of: str, name: str) -> str:
    """A value of a column: a choice by its label, a moment on the clinic's clock, nothing as ""."""
    if raw is None or raw == "" or raw == [] or raw == {}:
        return ""
    if isinstance(raw, bool):
        return "Yes" if raw else "No"
    if isinstance(raw, datetime):
        return clinic_datetime(raw)
    if isinstance(raw, list) and all(isinstance(one, str | int | float) for one in raw):
        return ", ".join(value(one, of, name) for one in raw)
    if isinstance(raw, dict) and not any(isinstance(one, list | dict) for one in raw.values()):
        return ", ".join(f"{key} {one}" for key, one in raw.items())
    if isinstance(raw, list | dict):
        return json.dumps(raw, ensure_ascii=False, default=str, indent=1)
    return _single(str(raw), field(of, name))


def plain(name: str) -> str:
    return sentence(name.replace("_", " ").strip()) or "Not known"


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _single(text: str, field: Any) -> str:
    labels = dict(_choices(field))
    if text in labels:
        return str(labels[text])
    moment: date | None = None
    if isinstance(field, models.DateTimeField):
        moment = parse_datetime(text)
    elif isinstance(field, models.DateField):
        moment = parse_date(text)
    if isinstance(moment, datetime):
        return clinic_datetime(moment)
    return clinic_date(moment) if moment else text


def _choices(field: Any) -> list[tuple[Any, Any]]:
    base = getattr(field, "base_field", field)
    return list(getattr(base, "flatchoices", None) or [])


@cache
def _columns(model: type[models.Model]) -> dict[str, Any]:
    return {str(field.column): field for field in model._meta.concrete_fields}


@cache
def _models() -> dict[str, type[models.Model]]:
    """Tables by the name they have in the audit."""
    known = (model for model in apps.get_models() if not issubclass(model, MirrorModel))
    return {entity_type(model): model for model in known}


def app_of(name: str) -> str:
    """The app a kind of thing belongs to; empty for what is no table."""
    model = _models().get(name)
    return model._meta.app_label if model else ""
