"""Letting patients go: a visit is over when everything of it is paid."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from billing.domain.held import Held
from billing.models import Charge, Invoice
from billing.queries.owed import OWED
from core.accounts.models import User
from patients.domain import visits
from patients.domain.tickets import active_ticket
from patients.models import Room, Visit


def visits_of(held: Held, invoice: Invoice | None) -> set[UUID]:
    """The visits that a settlement was about."""
    of_invoices = Charge.objects.filter(line__invoice__in=held.invoices)
    ids = {charge.visit_id for charge in held.charges}
    ids |= {one.visit_id for one in held.invoices}
    ids |= set(of_invoices.values_list("visit_id", flat=True)) if held.invoices else set()
    ids |= {invoice.visit_id} if invoice else set()
    return {one for one in ids if one}


def close_settled(visit_ids: Iterable[UUID], *, by: User) -> list[Visit]:
    """End those that are at their end and owe nothing; the ended ones."""
    waiting = Visit.objects.filter(pk__in=list(visit_ids), state=Visit.State.READY_TO_BILL)
    ready = [visit for visit in waiting.order_by("pk") if is_settled(visit) and is_at_end(visit)]
    return [visits.close(visit.pk, by=by) for visit in ready]


def is_settled(visit: Visit) -> bool:
    """Nothing of the visit is open or owed."""
    if Charge.objects.filter(visit=visit, state=Charge.State.OPEN).exists():
        return False
    of_visit = Q(visit=visit) | Q(lines__charge__visit=visit)
    return not Invoice.objects.filter(of_visit, state__in=OWED).exists()


def is_at_end(visit: Visit) -> bool:
    """The patient waits nowhere but at the cash desk."""
    ticket = active_ticket(visit.pk)
    return ticket is None or ticket.service == Room.Kind.CASH_DESK
