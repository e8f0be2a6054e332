"""A visit in which something can still be ordered."""

from uuid import UUID

from core.errors import ClinicError
from patients.models import Visit


class VisitOver(ClinicError):
    """Nothing more is ordered in a visit that has ended."""


def open_visit(visit_id: UUID) -> Visit:
    """The visit, locked: prescribers of the same visit follow one another."""
    visits = Visit.objects.select_for_update(of=("self",), no_key=True).select_related("patient")
    visit = visits.get(pk=visit_id)
    if not visit.is_open:
        raise VisitOver("This visit is over; start a new one to order something.")
    return visit
