"""What somebody finds after signing in: what waits for their role, and whom they saw last."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from billing.queries import owed as money
from core.accounts.models import User
from core.accounts.roles import Role
from core.health.probes import Picture, lookout
from core.shell import words
from patients.queries import today

LANDINGS = {
    Role.RECEPTIONIST: "patients:queue",
    Role.NURSE: "clinical_docs:triage",
    Role.CLINICIAN: "patients:queue",
    Role.LAB: "clinical_docs:lab",
    Role.PHARMACIST: "patients:pharmacy",
    Role.CASHIER: "billing:till",
    Role.AUDITOR: "audit:explorer",
}
"""Where somebody begins the day: at their work. The others begin on the front page."""
MOST_ROWS = 12
MOST_RECENT = 8
RECENT = "recent_patients"


@dataclass(frozen=True)
class Panel:
    """One panel: `home/NAME.html` draws a row of it under `headings`; `empty` says that none waits."""

    name: str
    title: str
    permission: str
    rows: Callable[[], Any]
    headings: tuple[str, ...]
    empty: str
    opens: str = ""
    """The page of a row; the patient's record where it has none of its own."""

    @property
    def template(self) -> str:
        return f"home/{self.name}.html"


PANELS = (
    Panel(
        "lab_requests",
        "Waiting in the laboratory",
        "lab.result",
        today.lab_requests_waiting,
        ("Test", "State", "Ordered"),
        "Nothing waits in the laboratory",
    ),
    Panel(
        "prescriptions",
        "To dispense",
        "prescriptions.dispense",
        today.prescriptions_to_dispense,
        ("Medicines", "State", "Written"),
        "No prescription waits",
        opens="patients:dispense",
    ),
    Panel(
        "invoices",
        "Unpaid invoices",
        "billing.view_invoices",
        money.unpaid_invoices,
        ("Invoice", "Owed", "Issued"),
        "Everything is paid",
    ),
    Panel(
        "visits",
        "In the house now",
        "patients.view",
        today.open_visits,
        ("For", "State", "Here since"),
        "Nobody is waiting or being seen",
    ),
)
"""A role's own work comes first; who is in the house, which everybody sees, last."""


def landing(user: User) -> str:
    """The page of the first of the user's roles that has one."""
    names = (LANDINGS[Role(role)] for role in user.roles if role in LANDINGS)
    return reverse(next(names, "home"))


def panels(user: User) -> list[dict[str, Any]]:
    """The panels the user's roles ask for, each with its first rows and their number."""
    return [_filled(panel) for panel in PANELS if user.has_perm(panel.permission)]


def _filled(panel: Panel) -> dict[str, Any]:
    """One row more than is shown tells whether there are more, without counting them all."""
    rows = list(panel.rows()[: MOST_ROWS + 1])
    return {"panel": panel, "rows": rows[:MOST_ROWS], "more": len(rows) > MOST_ROWS}


@dataclass(frozen=True)
class Link:
    """Somewhere to look after the clinic."""

    text: str
    about: str
    url: str


LINKS = (
    ("admin.site", "Administration", "users, roles, tables", "admin:index"),
    ("audit.view", "Audit", "who saw and changed what", "audit:explorer"),
    ("styleguide.view", "Style guide", "every component in every state", "shell:styleguide"),
)


def links(user: User) -> list[Link]:
    """What administrators and auditors come for."""
    return [
        Link(text, about, reverse(name)) for may, text, about, name in LINKS if user.has_perm(may)
    ]


def figures(user: User) -> list[tuple[str, object]]:
    """Today in numbers, for those who run the house."""
    if not (user.has_perm("operations.view") and user.has_perm("billing.view_invoices")):
        return []
    return [
        ("Visits today", today.visits_of().count()),
        ("Open now", today.open_visits().count()),
        ("Taken today", words.money(money.taken_today(), settings.CURRENCY)),
    ]


def system(user: User) -> Picture | None:
    """How the servers are, for those who look after them."""
    return lookout.look() if user.has_perm("operations.view") else None


def recent_patients(user: User, ids: list[str]) -> list[Any]:
    """Whom this person looked at last, newest first."""
    return today.in_order(ids[:MOST_RECENT]) if user.has_perm("patients.view") else []
