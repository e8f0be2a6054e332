"""Entries of the trail as lines of a page: names and words instead of ids and columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from audit.queries import people
from audit.views import words
from audit.views.changes import Change, changes_in_words, expect_keys
from core.accounts.models import User
from core.accounts.roles import Role
from core.shell.words import grouped
from patients.models import Patient

# Of a patient these are not clinical; the values of everything else need `patients.view_clinical`.
NOT_CLINICAL_APPS = ("billing", "inventory", "core", "")
NOT_CLINICAL = ("patient", "patient_identifier", "visit")
EMERGENCY = "BTG"
ORIGINS = {
    "unsigned": "Written to the database by another program than the clinic's own",
    "altered": "Changed in the database after it was written and before it was sealed",
}
IN_THE_LINE = 3


@dataclass(frozen=True)
class Line:
    """One entry as it is drawn or exported."""

    id: str
    seq: int | None
    at: datetime
    who: str
    role: str
    action: str
    act: str
    tone: str
    thing: str
    thing_id: str
    patient: Patient | None
    patient_id: str
    changes: list[Change] = field(default_factory=list)
    is_row: bool = False
    version: tuple[Any, Any] | None = None
    address: str = ""
    browser: str = ""
    request_id: str = ""
    reason: str = ""
    hash: str = ""
    is_waiting: bool = False
    is_set_aside: bool = False
    origin: str = ""

    @property
    def day(self) -> date:
        """On the clinic's wall."""
        return timezone.localtime(self.at).date()

    @property
    def number(self) -> str:
        return grouped(self.seq) if self.seq else ""

    @property
    def summary(self) -> str:
        """`State: waiting → closed`, `Phone, allergy status`, or how many columns; details of a fact as they are."""
        if not self.is_row:
            return ", ".join(f"{c.name.lower()} {c.after}" for c in self.changes[:IN_THE_LINE])
        names = [change.name for change in self.changes]
        if self.version and len(names) == 1 and self.changes[0].is_short:
            return self.changes[0].sentence
        if len(names) <= IN_THE_LINE:
            return ", ".join(name if n == 0 else _lower(name) for n, name in enumerate(names))
        return f"{len(names)} fields"


def lines(entries: Sequence[dict[str, Any]], reader: User, *, leaves: bool = False) -> list[Line]:
    """All of a page at once: users, patients and keys are asked for once, whatever its length.

    What is encrypted is opened, unless it `leaves` the house.
    """
    if not leaves:
        expect_keys(entries)
    users = people.names_of(entry["user_id"] for entry in entries if entry.get("user_id"))
    patients = people.patients_of(e["patient_id"] for e in entries if e.get("patient_id"))
    may_see = reader.has_perm("patients.view_clinical")
    return [_line(entry, users, patients, may_see=may_see, opens=not leaves) for entry in entries]


def _line(
    entry: dict[str, Any],
    users: dict[str, User],
    patients: dict[str, Patient],
    *,
    may_see: bool,
    opens: bool,
) -> Line:
    user = users.get(str(entry.get("user_id")))
    of, is_row = entry["entity_type"], words.is_row(entry)
    version = (entry.get("changes") or {}).get("version") if is_row else None
    return Line(
        id=str(entry["_id"]),
        seq=entry.get("seq"),
        at=entry["timestamp"],
        who=_who(entry, user),
        role=", ".join(str(Role(role).label).lower() for role in user.roles) if user else "",
        action=entry["action"],
        act=words.act(entry["action"]),
        tone=_tone(entry),
        thing=words.thing(of),
        thing_id=entry.get("entity_id", ""),
        patient=patients.get(str(entry.get("patient_id"))),
        patient_id=entry.get("patient_id", ""),
        changes=changes_in_words(entry, withheld=not may_see and is_clinical(entry), opens=opens),
        is_row=is_row,
        version=tuple(version) if isinstance(version, list) else None,
        address=entry.get("ip_address", ""),
        browser=browser(entry.get("user_agent", "")),
        request_id=entry.get("request_id", ""),
        reason=entry.get("reason", ""),
        hash=entry.get("hash", ""),
        is_waiting="seq" not in entry,
        is_set_aside=entry.get("is_set_aside", False),
        origin=ORIGINS.get(entry.get("metadata", {}).get("origin"), ""),
    )


def _tone(entry: dict[str, Any]) -> str:
    """Whatever was done behind broken glass stands out."""
    metadata = entry.get("metadata", {})
    stands_out = metadata.get("purpose") == EMERGENCY or metadata.get("origin")
    return "alarm" if stands_out else words.tone(entry["action"])


def _who(entry: dict[str, Any], user: User | None) -> str:
    if user:
        return user.display_name
    return "Somebody no longer known" if entry.get("user_id") else "Seth Clinic itself"


def is_clinical(entry: dict[str, Any]) -> bool:
    """Whether its values belong to the clinical content of a record."""
    of = entry["entity_type"]
    if not entry.get("patient_id") or of in NOT_CLINICAL:
        return False
    is_fact = entry.get("metadata", {}).get("kind") == "fact"
    return not is_fact and (words.app_of(of) or "?") not in NOT_CLINICAL_APPS


def browser(agent: str) -> str:
    """`Firefox on Windows` of a user agent; nothing where there was no browser."""
    names = ("Firefox", "Edg", "OPR", "Chrome", "Safari", "curl")
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
    name = next((known for known in names if known in agent), "")
    system = next((known for known in systems if known in agent), "")
    return f"{name} on {system}" if name and system else name or agent[:60]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
