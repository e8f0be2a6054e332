"""Whom a code or a ticket's number means."""

from datetime import date

from core.accounts.models import User
from core.clock import today
from patients.models import Patient, Ticket
from patients.queries import codes


def by_code(user: User, text: str) -> Patient | None:
    """The patient of a scanned card or ticket; whoever a record was merged into in its place."""
    scanned = codes.read(text)
    if scanned is None:
        return None
    if scanned.mrn is not None:
        known = Patient.objects.select_related("merged_into")
        return _survivor(known.filter(mrn=scanned.mrn).first())
    return _holder(user, scanned.day or today(), scanned.prefix, scanned.number)


def by_label(user: User, text: str) -> Patient | None:
    """Who holds today's ticket `A012`, also typed `a12`."""
    text = text.strip()
    if not codes.is_label(text):
        return None
    letters = text.rstrip("0123456789")
    return _holder(user, today(), letters.upper(), int(text[len(letters) :]))


def _holder(user: User, day: date, prefix: str, number: int) -> Patient | None:
    """Those who may not see the queue cannot ask who holds a ticket."""
    if not user.has_perm("queue.view"):
        return None
    tickets = Ticket.objects.select_related("patient", "patient__merged_into")
    ticket = tickets.filter(service_day=day, prefix=prefix, number=number).first()
    return _survivor(ticket.patient) if ticket else None


def _survivor(patient: Patient | None) -> Patient | None:
    return patient.merged_into or patient if patient else None
