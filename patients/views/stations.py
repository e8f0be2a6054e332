"""Where the work with a patient is done, service by service."""

from core.accounts.models import User
from core.shell.context import address
from patients.models import Room, Ticket

KIND = Room.Kind
OF_VISIT, OF_NOBODY = True, False
STATIONS = (
    (KIND.TRIAGE, "triage.view", "clinical_docs:triage_visit", OF_VISIT),
    (KIND.PROCEDURE, "triage.view", "clinical_docs:triage_visit", OF_VISIT),
    (KIND.CONSULTATION, "consult.write", "clinical_docs:consult", OF_VISIT),
    (KIND.LABORATORY, "lab.view", "clinical_docs:lab", OF_NOBODY),
    (KIND.PHARMACY, "prescriptions.dispense", "patients:pharmacy", OF_NOBODY),
    (KIND.CASH_DESK, "billing.view_till", "billing:till", OF_NOBODY),
)
"""Service, who works there, the page, and whether it is a visit's own. The pages belong to apps above
this one, so a clinic without one of them still has its board."""


def page_of(user: User, ticket: Ticket) -> str:
    """The page on which this person serves the ticket; nothing for somebody of another station."""
    for service, permission, name, is_of_visit in STATIONS:
        if service == ticket.service and user.has_perm(permission):
            return address(name, *([ticket.visit_id] if is_of_visit else []))
    return ""
