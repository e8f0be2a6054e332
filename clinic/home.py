"""What somebody finds after signing in: what waits for their role, and whom they saw last."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billing import queries as money
from core.accounts.models import User
from core.health.probes import Picture, lookout
from patients.queries import today

MOST_ROWS = 12
MOST_RECENT = 8
RECENT = "recent_patients"


@dataclass(frozen=True)
class Panel:
    """One panel: its template draws `rows`; `count` is how many there are in all."""

    name: str
    title: str
    permission: str
    rows: Callable[[], Any]
    empty: str


PANELS = (
    Panel("visits", "In the house now", "patients.view", today.open_visits, "Nobody is waiting or being seen."),
    Panel("lab", "Waiting in the laboratory", "lab.result", today.lab_requests_waiting, "Nothing waits in the laboratory."),
    Panel("prescriptions", "To dispense", "prescriptions.dispense", today.prescriptions_to_dispense, "No prescription waits."),
    Panel("invoices", "Unpaid invoices", "billing.view_invoices", money.unpaid_invoices, "Everything is paid."),
)  # fmt: skip


def panels(user: User) -> list[dict[str, Any]]:
    """The panels the user's roles ask for, each with its first rows and their number."""
    return [_filled(panel) for panel in PANELS if user.has_perm(panel.permission)]


def _filled(panel: Panel) -> dict[str, Any]:
    """One row more than is shown tells whether there are more, without counting them all."""
    rows = list(panel.rows()[: MOST_ROWS + 1])
    return {"panel": panel, "rows": rows[:MOST_ROWS], "more": len(rows) > MOST_ROWS}


def figures(user: User) -> list[tuple[str, object]]:
    """Today in numbers, for those who run the house."""
    if not (user.has_perm("operations.view") and user.has_perm("billing.view_invoices")):
        return []
    return [
        ("visits today", today.visits_of().count()),
        ("open now", today.open_visits().count()),
        ("taken today", money.taken_today()),
    ]


def system(user: User) -> Picture | None:
    """How the servers are, for those who look after them."""
    return lookout.look() if user.has_perm("operations.view") else None


def recent_patients(user: User, ids: list[str]) -> list[Any]:
    """Whom this person looked at last, newest first."""
    return today.in_order(ids[:MOST_RECENT]) if user.has_perm("patients.view") else []
