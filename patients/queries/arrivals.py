"""Who has come, and how many wait before them."""

from django.db.models import Case, Q, QuerySet, Value, When

from core.accounts.models import User
from core.accounts.roles import Role
from patients.models import Ticket

State = Ticket.State
URGENCY = (Ticket.Priority.EMERGENCY, Ticket.Priority.URGENT, Ticket.Priority.ROUTINE)
PROVIDERS = [Role.CLINICIAN, Role.NURSE]


def waiting_before(ticket: Ticket) -> int:
    """How many are to be called before this one, as the queue stands."""
    rank = Case(*(When(priority=name, then=Value(place)) for place, name in enumerate(URGENCY)))
    mine = URGENCY.index(Ticket.Priority(ticket.priority))
    sooner = Q(rank__lt=mine) | Q(rank=mine, queued_at__lt=ticket.queued_at)
    line = Ticket.objects.filter(
        service_day=ticket.service_day, service=ticket.service, state=State.WAITING
    )
    return line.exclude(pk=ticket.pk).alias(rank=rank).filter(sooner).count()


def providers() -> QuerySet[User]:
    """Whom a patient can be sent to, or booked with."""
    return User.objects.filter(is_active=True, roles__overlap=PROVIDERS).order_by(
        "given_name", "family_name"
    )
