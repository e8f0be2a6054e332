"""What somebody looks at on the queue board; all of it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet

from patients.models import Room, Ticket

DONE = "done"
KIND = Room.Kind


@dataclass(frozen=True)
class Group:
    """Services that one chip stands for; `always` shows it also while nobody is there."""

    name: str
    label: str
    services: tuple[str, ...]
    always: bool = True


GROUPS = (
    Group("reception", "Reception", (KIND.RECEPTION,), always=False),
    Group("consultation", "Consultation", (KIND.CONSULTATION,)),
    Group("nurse", "Nurse", (KIND.TRIAGE, KIND.PROCEDURE)),
    Group("lab", "Lab", (KIND.LABORATORY,)),
    Group("pharmacy", "Pharmacy", (KIND.PHARMACY,)),
    Group("cash", "Cash", (KIND.CASH_DESK,)),
)
_BY_NAME = {group.name: group for group in GROUPS}


@dataclass(frozen=True)
class Filters:
    """The chip, the room and the member of staff chosen; empty for all."""

    service: str = ""
    room: str = ""
    provider: str = ""

    @classmethod
    def parse(cls, asked: Mapping[str, str]) -> "Filters":
        """What the address says; anything that names nothing is left out."""
        service = asked.get("service", "")
        return cls(
            service if service in _BY_NAME or service == DONE else "",
            _key(asked.get("room", "")),
            _key(asked.get("provider", "")),
        )

    @property
    def query(self) -> str:
        """`?service=lab`, or nothing."""
        chosen = {"service": self.service, "room": self.room, "provider": self.provider}
        text = urlencode({name: value for name, value in chosen.items() if value})
        return f"?{text}" if text else ""

    @property
    def shows_done(self) -> bool:
        return self.service == DONE

    def with_service(self, service: str) -> "Filters":
        return replace(self, service=service)

    def narrow(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        """Those of the room and the member of staff chosen."""
        chosen = {"room": self.room, "provider": self.provider}
        return tickets.filter(**{name: value for name, value in chosen.items() if value})

    def is_at(self, ticket: Ticket) -> bool:
        """Whether it waits at one of the services chosen."""
        group = _BY_NAME.get(self.service)
        return group is None or ticket.service in group.services


def _key(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
