"""Where the work with a patient is done, service by service."""

from dataclasses import dataclass

from core.accounts.models import User
from core.shell.context import address
from patients.models import Prescription, Room, Ticket

KIND = Room.Kind


@dataclass(frozen=True)
class Station:
    """A page for those who hold the permission: of the visit, or a list that opens the patient."""

    permission: str
    page: str
    opens: str = ""

    def page_of(self, ticket: Ticket) -> str:
        """Nothing where this clinic has no such page: they belong to apps above this one."""
        if self.opens in ("visit", "patient"):
            return address(self.page, getattr(ticket, f"{self.opens}_id"))
        url = address(self.page)
        return f"{url}?{self.opens}={ticket.patient_id}" if url and self.opens else url


STATIONS = {
    KIND.TRIAGE: Station("triage.view", "clinical_docs:triage_visit", "visit"),
    KIND.PROCEDURE: Station("triage.view", "clinical_docs:triage_visit", "visit"),
    KIND.CONSULTATION: Station("consult.write", "clinical_docs:consult", "visit"),
    KIND.LABORATORY: Station("lab.view", "clinical_docs:lab", "of"),
    KIND.PHARMACY: Station("prescriptions.dispense", "patients:pharmacy"),
    KIND.CASH_DESK: Station("billing.view_till", "billing:till_of", "patient"),
}


def page_of(user: User, ticket: Ticket) -> str:
    """The page on which this person serves the ticket; nothing for somebody of another station."""
    station = STATIONS.get(KIND(ticket.service))
    return station.page_of(ticket) if station and user.has_perm(station.permission) else ""


def work_of(user: User, ticket: Ticket) -> str:
    """As `page_of`, but at the pharmacy the prescription itself."""
    page = page_of(user, ticket)
    if page and ticket.service == KIND.PHARMACY:
        signed = Prescription.objects.filter(
            visit=ticket.visit_id, state=Prescription.State.SIGNED
        ).first()
        return (address("patients:dispense", signed.pk) if signed else "") or page
    return page
