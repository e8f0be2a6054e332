"""Rooms and people that somebody can be called or sent to."""

from django.db.models import QuerySet

from core.accounts.models import User
from patients.models import Room, Ticket
from patients.policies import SERVES


def rooms(service: str = "") -> QuerySet[Room]:
    """Rooms in use, of one service or all."""
    in_use = Room.objects.filter(active=True)
    return in_use.filter(kind=service) if service else in_use


def staff_of(service: str) -> QuerySet[User]:
    """Who sees patients at the service."""
    roles = [role for role, services in SERVES.items() if service in services]
    return User.objects.filter(is_active=True, roles__overlap=roles)


def staff() -> QuerySet[User]:
    """Everybody who sees patients anywhere but at the front desk."""
    roles = [role for role, services in SERVES.items() if Room.Kind.RECEPTION not in services]
    return User.objects.filter(is_active=True, roles__overlap=roles)


def room_to_call_to(ticket: Ticket, mine: str) -> Room | None:
    """`mine`, else where the caller's colleague called last, else the only one there is.

    None where somebody has to choose, or the service has no rooms.
    """
    there = list(rooms(ticket.service))
    if len(there) == 1:
        return there[0]
    chosen = next((room for room in there if str(room.pk) == mine), None)
    return chosen or _last_of(ticket, there)


def _last_of(ticket: Ticket, there: list[Room]) -> Room | None:
    """Where whoever is to see the patient has been seeing patients today."""
    if ticket.provider_id is None:
        return None
    called = Ticket.objects.filter(service_day=ticket.service_day, provider=ticket.provider_id)
    last = called.filter(room__in=there).exclude(called_at=None).order_by("-called_at").first()
    return next((room for room in there if last and room.pk == last.room_id), None)
